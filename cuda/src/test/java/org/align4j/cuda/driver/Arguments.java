package org.align4j.cuda.driver;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Arguments of a kernel for tests: one slot each. */
public final class Arguments {

  private Arguments() {}

  /** Ints, longs (addresses too), floats and doubles. */
  public static MemorySegment of(Number... values) {
    MemorySegment slots = Arena.ofAuto().allocate(JAVA_LONG, values.length);
    for (int i = 0; i < values.length; i++) {
      switch (values[i]) {
        case Integer x -> slots.set(JAVA_INT, 8L * i, x);
        case Long x -> slots.set(JAVA_LONG, 8L * i, x);
        case Float x -> slots.set(JAVA_FLOAT, 8L * i, x);
        case Double x -> slots.set(JAVA_DOUBLE, 8L * i, x);
        default -> throw new IllegalArgumentException(values[i].toString());
      }
    }
    return slots;
  }
}
