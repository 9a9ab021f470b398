package org.align4j.core.optim;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import java.util.List;
import org.align4j.core.kernel.Kernels;
import org.align4j.core.kernel.OptimiserKernels.AdamWStep;
import org.align4j.core.kernel.OptimiserKernels.Moments;
import org.align4j.core.kernel.Threads;
import org.align4j.core.kernel.memory.NativeFloats;
import org.align4j.core.runtime.Resources;
import org.align4j.core.tensor.Gradients;
import org.align4j.core.tensor.Parameters;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * AdamW with gradient clipping: {@code g ← g · min(1, maxNorm / (‖g‖ + 1e-6))}, then for every
 * parameter {@code θ ← θ(1 − lr·λ)}, {@code m ← β1·m + (1−β1)g}, {@code v ← β2·v + (1−β2)g²},
 * {@code θ ← θ − lr/(1−β1ᵗ) · m / (√v/√(1−β2ᵗ) + ε)}. Loshchilov and Hutter 2019, algorithm 2;
 * {@code torch.optim.AdamW}.
 *
 * <p>Moments are flat arrays {@code [P]} of the parameters' type, in their order. Parameters are
 * overwritten in place: tell the network that holds them ({@code parametersChanged}). Results do
 * not depend on the number of threads.
 */
public final class AdamW implements AutoCloseable {

  /** Floats that one thread updates at once. */
  private static final int TILE = 1 << 16;

  private final Parameters parameters;
  private final AdamWSettings settings;
  private final ImmutableList<Member> parts;
  private final INDArray firstMoment;
  private final INDArray secondMoment;
  private final @Nullable Kernels kernels;
  private final Threads threads;
  private long steps;

  /** One parameter and how its group updates it. */
  private record Member(
      String name, INDArray array, long offset, double rateMultiplier, double decay) {}

  /** Moments of zero for these parameters, all in one group. */
  public AdamW(Parameters parameters, AdamWSettings settings) {
    this(parameters, settings, List.of());
  }

  /** Moments of zero for these parameters; a parameter follows the first group that has it. */
  public AdamW(Parameters parameters, AdamWSettings settings, List<ParameterGroup> groups) {
    this(parameters, settings, groups, Resources.shared());
  }

  /** The same on the threads of a run. */
  public AdamW(
      Parameters parameters,
      AdamWSettings settings,
      List<ParameterGroup> groups,
      Resources resources) {
    this.parameters = parameters;
    this.settings = settings;
    var list = ImmutableList.<Member>builder();
    for (String name : parameters.names()) {
      ParameterGroup group = ParameterGroup.of(name, groups, settings);
      list.add(
          new Member(
              name,
              parameters.get(name),
              parameters.offset(name),
              group.rateMultiplier(),
              group.weightDecay()));
    }
    this.parts = list.build();
    DataType type = parts.get(0).array().dataType();
    this.firstMoment = Nd4j.create(type, parameters.size());
    this.secondMoment = Nd4j.create(type, parameters.size());
    boolean host = Nd4j.getBackend().getClass().getSimpleName().equals("CpuBackend");
    this.kernels = host && type == DataType.FLOAT ? resources.kernels() : null;
    this.threads = resources.threads();
  }

  /** Updates with the settings' learning rate. */
  public UpdateReport update(Gradients gradients) {
    return update(gradients, settings.learningRate());
  }

  /**
   * Clips and applies gradients. Gradients whose norm is not finite change nothing: the report says
   * so, and the step is not counted.
   */
  public UpdateReport update(Gradients gradients, double learningRate) {
    checkArgument(
        gradients.parameters() == parameters,
        "gradients are of other parameters than the optimiser's");
    checkArgument(
        learningRate >= 0 && Double.isFinite(learningRate),
        "learning rate is %s: it must be at least 0",
        learningRate);
    Kernels fast = kernels;
    double norm =
        fast == null ? GradientClip.norm(gradients) : GradientClip.norm(gradients, fast, threads);
    if (!Double.isFinite(norm)) {
      return new UpdateReport(norm, learningRate, false);
    }
    double scale = GradientClip.coefficient(norm, settings.maxNorm());
    steps++;
    for (Member part : parts) {
      double rate = learningRate * part.rateMultiplier();
      if (part.rateMultiplier() == 0) {
        continue;
      }
      if (fast == null) {
        update(part, gradients.flat(), scale, rate);
      } else {
        update(fast, part, gradients.flat(), (float) scale, (float) rate);
      }
    }
    return new UpdateReport(norm, learningRate, true);
  }

  private void update(Kernels fast, Member part, INDArray gradient, float scale, float rate) {
    long length = part.array().length();
    NativeFloats theta = NativeFloats.of(part.array());
    NativeFloats g = NativeFloats.of(gradient).slice(part.offset(), length);
    NativeFloats m = NativeFloats.of(firstMoment).slice(part.offset(), length);
    NativeFloats v = NativeFloats.of(secondMoment).slice(part.offset(), length);
    Moments moments = new Moments(theta, g, m, v);
    AdamWStep step =
        new AdamWStep(
            scale,
            rate,
            (float) settings.beta1(),
            (float) settings.beta2(),
            (float) settings.epsilon(),
            (float) part.decay(),
            (int) steps);
    threads.run(
        (from, to, scratch) -> fast.optimiser().adamW(moments, step, from, to),
        Math.toIntExact(length),
        TILE);
  }

  /** The same as ND4J ops: for float64, and for parameters in a device's memory. */
  private void update(Member part, INDArray gradient, double scale, double rate) {
    INDArray g = piece(gradient, part).mul(scale);
    INDArray m = piece(firstMoment, part);
    INDArray v = piece(secondMoment, part);
    m.muli(settings.beta1()).addi(g.mul(1 - settings.beta1()));
    v.muli(settings.beta2()).addi(g.mul(g).muli(1 - settings.beta2()));
    INDArray denominator =
        Transforms.sqrt(v, true)
            .divi(Math.sqrt(1 - Math.pow(settings.beta2(), steps)))
            .addi(settings.epsilon());
    INDArray step = m.div(denominator).muli(rate / (1 - Math.pow(settings.beta1(), steps)));
    part.array().muli(1 - rate * part.decay()).subi(step.reshape(part.array().shape()));
  }

  private static INDArray piece(INDArray flat, Member part) {
    return flat.get(NDArrayIndex.interval(part.offset(), part.offset() + part.array().length()));
  }

  /** Updates applied so far: t. */
  public long steps() {
    return steps;
  }

  /** The settings. */
  public AdamWSettings settings() {
    return settings;
  }

  /** The live first moment, {@code [P]}. */
  public INDArray firstMoment() {
    return firstMoment;
  }

  /** The live second moment, {@code [P]}. */
  public INDArray secondMoment() {
    return secondMoment;
  }

  /**
   * Continues a saved state: after so many updates, whose moments were written to the live ones.
   */
  public void seek(long appliedSteps) {
    checkArgument(appliedSteps >= 0, "steps is %s: it must be at least 0", appliedSteps);
    steps = appliedSteps;
  }

  @Override
  public void close() {
    firstMoment.close();
    secondMoment.close();
  }
}
