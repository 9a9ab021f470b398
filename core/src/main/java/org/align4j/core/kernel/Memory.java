package org.align4j.core.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Absolute access to native memory. One constant segment covers the whole address space, so that
 * the compiler folds the bounds checks away: callers have checked their ranges in {@link Floats}
 * and {@link Matrix}.
 */
final class Memory {

  /** Address a is at offset a. */
  static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

  static final ValueLayout.OfFloat FLOAT = JAVA_FLOAT_UNALIGNED;

  private Memory() {}

  static float get(long address) {
    return ALL.get(JAVA_FLOAT_UNALIGNED, address);
  }

  static void set(long address, float value) {
    ALL.set(JAVA_FLOAT_UNALIGNED, address, value);
  }
}
