package org.align4j.core.kernel.memory;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Absolute access to native memory. One constant segment covers the whole address space, so that
 * the compiler folds the bounds checks away: callers have checked their ranges in {@link
 * NativeFloats} and {@link Matrix}.
 */
public final class Memory {

  /** Address a is at offset a. */
  public static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

  public static final ValueLayout.OfFloat FLOAT = JAVA_FLOAT_UNALIGNED;

  private Memory() {}

  public static float get(long address) {
    return ALL.get(JAVA_FLOAT_UNALIGNED, address);
  }

  public static void set(long address, float value) {
    ALL.set(JAVA_FLOAT_UNALIGNED, address, value);
  }

  public static int getInt(long address) {
    return ALL.get(JAVA_INT_UNALIGNED, address);
  }

  public static void setInt(long address, int value) {
    ALL.set(JAVA_INT_UNALIGNED, address, value);
  }
}
