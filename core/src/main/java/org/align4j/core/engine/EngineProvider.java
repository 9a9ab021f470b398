package org.align4j.core.engine;

import com.google.common.collect.ImmutableSet;
import java.util.Arrays;
import java.util.OptionalLong;
import java.util.function.Predicate;
import org.align4j.core.Experimental;
import org.align4j.core.runtime.Precision;
import org.align4j.core.runtime.Resources;
import org.align4j.core.tensor.Parameters;
import org.align4j.core.tensor.StoredWeights;

/**
 * An engine. One class and one line in {@code META-INF/services} register one, also from a jar of
 * its own; {@link Engine#of} finds it by name.
 */
@Experimental
public interface EngineProvider {

  /** What {@code --engine} says, in lower case. */
  String name();

  /** What computes, such as the kernels' name, for reports. */
  String processor();

  /**
   * A network over parameters, which stay where they are and belong to the caller.
   *
   * @param resources threads and memory, to be closed after the network
   * @throws IllegalArgumentException where the parameters are not those the definition declares
   */
  Network create(NetworkDefinition definition, Parameters parameters, Resources resources);

  /** The precisions of {@link Resources#precision} that its networks have. */
  default ImmutableSet<Precision> precisions() {
    return ImmutableSet.of(Precision.FP32);
  }

  /** Takes over weights that no network will train. */
  FrozenWeights freeze(StoredWeights weights, Resources resources);

  /**
   * A network whose parameters are partly frozen. {@link Network#parameters}, gradients and
   * optimiser are those of the trained ones alone; what is below the first of them is not
   * back-propagated.
   *
   * @param trained may be none: the network then only scores and decodes
   * @param frozen all others that the definition declares, made by this engine; others still are
   *     not read
   */
  Network create(
      NetworkDefinition definition, Parameters trained, FrozenWeights frozen, Resources resources);

  /**
   * What a network will take beside frozen weights; here for an engine that keeps each parameter
   * once, and activations and cache within its memory.
   *
   * @param trained which parameters are trained
   */
  default NetworkMemory.Estimate memory(
      NetworkDefinition definition, Predicate<String> trained, Resources resources) {
    long bytes = bytes(definition, trained);
    return passes -> {
      long learnt = passes.batch() == 0 ? 0 : bytes;
      return new NetworkMemory(bytes, learnt, 2 * learnt, resources.memory(), 0);
    };
  }

  /** What the weights of a network that are not trained will take, whoever shares them. */
  default long frozenMemory(
      NetworkDefinition definition,
      Predicate<String> trained,
      StoredWeights weights,
      Resources resources) {
    return bytes(definition, trained.negate());
  }

  /** Bytes that its networks can still take, where that is not this process's memory. */
  default OptionalLong freeMemory() {
    return OptionalLong.empty();
  }

  private static long bytes(NetworkDefinition definition, Predicate<String> chosen) {
    return definition.parameterShapes().entrySet().stream()
        .filter(shape -> chosen.test(shape.getKey()))
        .mapToLong(
            shape -> Float.BYTES * Arrays.stream(shape.getValue()).reduce(1, (a, b) -> a * b))
        .sum();
  }

  /**
   * Largest |ρ − 1| before the first update: 0 for an engine that scores with the bits that it
   * samples with.
   */
  double ratioTolerance();
}
