package org.align4j.bench.kernel;

import org.align4j.core.kernel.vector.FmaPeak;
import org.align4j.core.kernel.vector.MemoryBandwidth;
import org.openjdk.jmh.annotations.Benchmark;

/**
 * The bounds that the other benchmarks are held against: GFLOP/s in registers, GB/s from memory.
 */
public class BoundBenchmark {

  /** Fused multiply-adds that touch no memory; the work is in {@code gigaflop}. */
  @Benchmark
  public double fmaPeak(KernelState state, Work work) {
    double rate = FmaPeak.gigaflops(state.threads, 10);
    work.gigaflop += FmaPeak.gigaflop(state.threads, 10);
    return rate;
  }

  /** Reads 1 GiB of floats six times (the first warms up). */
  @Benchmark
  public double memoryBandwidth(KernelState state, Work work) {
    work.gigabytes += 6 * (1L << 30) * 1e-9;
    return MemoryBandwidth.gigabytes(state.threads);
  }
}
