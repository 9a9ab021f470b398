package org.align4j.bench.kernel;

import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** What a benchmark did, reported per second: floating-point operations and bytes. */
@State(Scope.Thread)
@AuxCounters(AuxCounters.Type.OPERATIONS)
public class Work {
  /** GFLOP. */
  public double gigaflop;

  /** GB read and written, each operand once. */
  public double gigabytes;
}
