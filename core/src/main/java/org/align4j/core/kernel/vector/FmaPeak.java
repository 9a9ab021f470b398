package org.align4j.core.kernel.vector;

import static org.align4j.core.kernel.vector.lanes.Lanes.SPECIES;

import jdk.incubator.vector.FloatVector;
import org.align4j.core.kernel.Task;
import org.align4j.core.kernel.Threads;

/** The arithmetic bound of this machine: a loop of fused multiply-adds that touches no memory. */
public final class FmaPeak {

  static final int ROUNDS = 1 << 20;
  static final int CHAINS = 12;

  private FmaPeak() {}

  /** Best of {@code repetitions}, in GFLOP/s over all threads of the pool. */
  public static double gigaflops(Threads threads, int repetitions) {
    float[] sink = new float[threads.count()];
    Task task = (from, to, scratch) -> sink[from] = chains(from);
    threads.run(task, threads.count(), 1);
    double best = 0;
    for (int i = 0; i < repetitions; i++) {
      long start = System.nanoTime();
      threads.run(task, threads.count(), 1);
      double seconds = (System.nanoTime() - start) * 1e-9;
      double flops = 2.0 * ROUNDS * CHAINS * SPECIES.length() * threads.count();
      best = Math.max(best, flops / seconds * 1e-9);
    }
    return best;
  }

  /** GFLOP that {@link #gigaflops} does for so many repetitions, the first one to warm up. */
  public static double gigaflop(Threads threads, int repetitions) {
    return 2e-9 * ROUNDS * CHAINS * SPECIES.length() * threads.count() * (repetitions + 1);
  }

  /** Twelve chains hide the latency of four to five cycles on two units. */
  static float chains(int seed) {
    FloatVector a = FloatVector.broadcast(SPECIES, 1f - 1e-6f * seed);
    FloatVector b = FloatVector.broadcast(SPECIES, 1e-6f);
    FloatVector c0 = b, c1 = b, c2 = b, c3 = b, c4 = b, c5 = b;
    FloatVector c6 = b, c7 = b, c8 = b, c9 = b, c10 = b, c11 = b;
    for (int i = 0; i < ROUNDS; i++) {
      c0 = a.fma(b, c0);
      c1 = a.fma(b, c1);
      c2 = a.fma(b, c2);
      c3 = a.fma(b, c3);
      c4 = a.fma(b, c4);
      c5 = a.fma(b, c5);
      c6 = a.fma(b, c6);
      c7 = a.fma(b, c7);
      c8 = a.fma(b, c8);
      c9 = a.fma(b, c9);
      c10 = a.fma(b, c10);
      c11 = a.fma(b, c11);
    }
    FloatVector sum = c0.add(c1).add(c2).add(c3).add(c4).add(c5);
    return sum.add(c6).add(c7).add(c8).add(c9).add(c10).add(c11).lane(0);
  }
}
