package org.align4j.models.adapter;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.align4j.core.engine.NetworkDefinition;
import org.align4j.core.ops.WeightLayout;
import org.align4j.core.random.CounterRandom;
import org.align4j.core.tensor.Parameters;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Low-rank matrices of some modules of a model. Owns them.
 *
 * @param settings rank and scale; the modules are those below
 * @param modules that have one, in the order of the forward pass
 * @param parameters A and B of each, float32, live
 */
public record Adapter(
    LoraSettings settings, ImmutableList<LinearModule> modules, Parameters parameters)
    implements AutoCloseable {

  /**
   * A new adapter, initialised as PEFT does: A uniform in {@code ±1/√in} (Kaiming with a = √5), B
   * zero, so the model is that of its base. The numbers depend on seed, name and element only.
   *
   * @throws IllegalArgumentException for a target that is no module of the network
   */
  public static Adapter create(NetworkDefinition base, LoraSettings settings, long seed) {
    ImmutableList<LinearModule> modules = LoraTargets.of(LinearModule.of(base), settings);
    Map<String, INDArray> arrays = new LinkedHashMap<>();
    for (LinearModule module : modules) {
      checkArgument(
          settings.rank() <= Math.min(module.in(), module.out()),
          "rank is %s: %s is [%s,%s], the rank must not be above either",
          settings.rank(),
          module.name(),
          module.out(),
          module.in());
      arrays.put(module.a(), uniform(module, settings.rank(), seed));
      arrays.put(module.b(), Nd4j.zeros(module.out(), settings.rank()));
    }
    return new Adapter(settings, modules, Parameters.of(arrays));
  }

  private static INDArray uniform(LinearModule module, int rank, long seed) {
    double bound = 1 / Math.sqrt(module.in());
    long stream = CounterRandom.stream(module.a());
    float[] values = new float[rank * module.in()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (bound * (2 * CounterRandom.uniform(seed, stream, i) - 1));
    }
    return Nd4j.create(values, new long[] {rank, module.in()}, 'c');
  }

  /** The network with the adapter in it, which reads these parameters beside the base's. */
  public LoraNetwork network(NetworkDefinition base) {
    return new LoraNetwork(base, modules, settings);
  }

  /** Whether it changes nothing: every B is zero, as at the beginning. */
  public boolean isIdentity() {
    return modules.stream()
        .allMatch(module ->
            parameters.get(module.b()).maxNumber().floatValue() == 0
                && parameters.get(module.b()).minNumber().floatValue() == 0);
  }

  /** Adds {@code scale·B·A} to the weights of a model, which then needs no adapter. */
  public void mergeInto(Parameters weights) {
    for (LinearModule module : modules) {
      try (INDArray product = parameters.get(module.b()).mmul(parameters.get(module.a()))) {
        product.muli(settings.scale());
        INDArray weight = weights.get(module.weight());
        weight.addi(module.layout() == WeightLayout.OUT_IN ? product : product.transpose());
      }
    }
  }

  /** The same with other values, such as a moving average. */
  public Adapter with(Parameters other) {
    return new Adapter(settings, modules, other);
  }

  /** Targets for {@code adapter_config.json}. */
  ImmutableList<String> targetNames(List<LinearModule> all) {
    return LoraTargets.names(all, modules);
  }

  @Override
  public void close() {
    parameters.close();
  }
}
