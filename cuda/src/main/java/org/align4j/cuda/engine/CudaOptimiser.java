package org.align4j.cuda.engine;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.align4j.core.engine.Optimiser;
import org.align4j.core.kernel.OptimiserKernels;
import org.align4j.core.kernel.OptimiserKernels.AdamWStep;
import org.align4j.core.optim.AdamWSettings;
import org.align4j.core.optim.GradientClip;
import org.align4j.core.optim.ParameterGroup;
import org.align4j.core.optim.UpdateReport;
import org.align4j.core.tensor.Parameters;
import org.align4j.cuda.driver.Device;
import org.align4j.cuda.engine.run.CudaWeights;
import org.align4j.cuda.engine.run.DeviceBuffer;
import org.align4j.cuda.engine.run.Gpu;
import org.align4j.cuda.engine.run.HostArrays;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * AdamW with gradient clipping where the parameters are, see {@link org.align4j.core.optim.AdamW}:
 * the same operations, so the same bits. Of a step only the norm's partial sums come to the host.
 */
final class CudaOptimiser implements Optimiser {

  private static final long ALIGNMENT = 16;

  private final Gpu gpu;
  private final Device device;
  private final CudaWeights weights;
  private final AdamWSettings settings;
  private final Runnable whenUpdated;
  private final long size;
  private final ImmutableList<Run> runs;
  private final DeviceBuffer first;
  private final DeviceBuffer second;
  private final DeviceBuffer partials;
  private final DeviceBuffer shifted;
  private final double[] sums;
  private @Nullable Parameters copies;
  private boolean copied;
  private long steps;

  /** Neighbouring parameters that are updated alike. */
  private record Run(long offset, long length, double rateMultiplier, double decay) {}

  /**
   * Moments of zero.
   *
   * @param whenUpdated told after each update
   */
  CudaOptimiser(
      Gpu gpu,
      CudaWeights weights,
      AdamWSettings settings,
      List<ParameterGroup> groups,
      Runnable whenUpdated) {
    this.gpu = gpu;
    this.device = gpu.device();
    this.weights = weights;
    this.settings = settings;
    this.whenUpdated = whenUpdated;
    Parameters parameters = weights.parameters();
    this.size = parameters.size();
    this.runs = runs(parameters, settings, groups);
    this.first = zeros();
    this.second = zeros();
    this.sums = new double[Math.toIntExact(Math.ceilDiv(size, OptimiserKernels.SUM_TILE))];
    this.partials = new DeviceBuffer(device);
    this.shifted = new DeviceBuffer(device);
    partials.reserve((long) Double.BYTES * sums.length);
  }

  private DeviceBuffer zeros() {
    DeviceBuffer buffer = new DeviceBuffer(device);
    buffer.reserve(Float.BYTES * size);
    device.fill(buffer.address(), 0, size);
    return buffer;
  }

  private static ImmutableList<Run> runs(
      Parameters parameters, AdamWSettings settings, List<ParameterGroup> groups) {
    List<Run> runs = new ArrayList<>();
    for (String name : parameters.names()) {
      ParameterGroup group = ParameterGroup.of(name, groups, settings);
      long length = parameters.get(name).length();
      Run last = runs.isEmpty() ? null : runs.getLast();
      if (last != null
          && last.rateMultiplier == group.rateMultiplier()
          && last.decay == group.weightDecay()) {
        runs.set(
            runs.size() - 1,
            new Run(last.offset, last.length + length, last.rateMultiplier, last.decay));
      } else {
        runs.add(
            new Run(parameters.offset(name), length, group.rateMultiplier(), group.weightDecay()));
      }
    }
    return ImmutableList.copyOf(runs);
  }

  @Override
  public UpdateReport update(double learningRate) {
    checkArgument(
        learningRate >= 0 && Double.isFinite(learningRate),
        "learning rate is %s: it must be at least 0",
        learningRate);
    synchronized (gpu) {
      double norm = norm();
      if (!Double.isFinite(norm)) {
        return new UpdateReport(norm, learningRate, false);
      }
      float scale = (float) GradientClip.coefficient(norm, settings.maxNorm());
      steps++;
      for (Run run : runs) {
        if (run.rateMultiplier != 0) {
          update(run, scale, (float) (learningRate * run.rateMultiplier));
        }
      }
      copied = false;
      whenUpdated.run();
      return new UpdateReport(norm, learningRate, true);
    }
  }

  private double norm() {
    gpu.kernels().optimiser().sumOfSquares(weights.flatGradient(), size, partials.address());
    device.read(partials.address(), MemorySegment.ofArray(sums));
    double sum = 0;
    for (double partial : sums) {
      sum += partial;
    }
    return Math.sqrt(sum);
  }

  private void update(Run run, float scale, float rate) {
    long skip = Float.BYTES * run.offset;
    long[] there = {
      weights.flat() + skip,
      weights.flatGradient() + skip,
      first.address() + skip,
      second.address() + skip
    };
    if (skip % ALIGNMENT == 0) {
      update(run, there, scale, rate);
      return;
    }
    // The kernel moves 16 bytes at once: parameters of odd sizes before this one shift it.
    long bytes = Float.BYTES * run.length;
    long pitch = Math.ceilDiv(bytes, ALIGNMENT) * ALIGNMENT;
    long room = shifted.reserve(there.length * pitch);
    long[] here = new long[there.length];
    for (int i = 0; i < there.length; i++) {
      here[i] = room + i * pitch;
      device.copy(there[i], here[i], bytes);
    }
    update(run, here, scale, rate);
    for (int i = 0; i < there.length; i++) {
      device.copy(here[i], there[i], bytes);
    }
  }

  /**
   * Launches an update.
   *
   * @param at parameters, gradients, first and second moments
   */
  private void update(Run run, long[] at, float scale, float rate) {
    AdamWStep step =
        new AdamWStep(
            scale,
            rate,
            (float) settings.beta1(),
            (float) settings.beta2(),
            (float) settings.epsilon(),
            (float) run.decay,
            (int) steps);
    gpu.kernels()
        .optimiser()
        .adamw(
            at[0],
            at[1],
            at[2],
            at[3],
            run.length,
            scale,
            rate,
            (float) step.beta1(),
            (float) (1 - step.beta1()),
            (float) step.beta2(),
            (float) (1 - step.beta2()),
            (float) step.eps(),
            step.kept(),
            step.correction1(),
            step.correction2());
  }

  @Override
  public AdamWSettings settings() {
    return settings;
  }

  @Override
  public long steps() {
    return steps;
  }

  @Override
  public Parameters moments() {
    synchronized (gpu) {
      Parameters host = copies;
      if (host == null) {
        long[] shape = {size};
        host = Parameters.zeros(DataType.FLOAT, ImmutableMap.of("first", shape, "second", shape));
        copies = host;
      }
      if (!copied) {
        device.read(first.address(), HostArrays.memory(host.get("first")));
        device.read(second.address(), HostArrays.memory(host.get("second")));
        copied = true;
      }
      return host;
    }
  }

  @Override
  public void restore(long appliedSteps) {
    checkArgument(appliedSteps >= 0, "steps is %s: it must be at least 0", appliedSteps);
    synchronized (gpu) {
      Parameters host = copies;
      if (host != null) {
        device.write(first.address(), HostArrays.memory(host.get("first")));
        device.write(second.address(), HostArrays.memory(host.get("second")));
        copied = true;
      }
      steps = appliedSteps;
    }
  }

  @Override
  public void close() {
    synchronized (gpu) {
      first.close();
      second.close();
      partials.close();
      shifted.close();
    }
    if (copies != null) {
      copies.close();
    }
  }
}
