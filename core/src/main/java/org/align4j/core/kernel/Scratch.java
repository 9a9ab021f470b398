package org.align4j.core.kernel;

import org.align4j.core.kernel.memory.NativeFloats;
import org.align4j.core.kernel.memory.NativeMemory;

/**
 * Working memory of one thread. It grows to the largest request and stays; contents are undefined
 * at each request. Within one round of {@link Threads} a kernel may find again what it has left
 * there: {@link #hold} and {@link #holds}.
 */
public final class Scratch implements AutoCloseable {

  private final NativeMemory memory = new NativeMemory();
  private NativeFloats floats = memory.allocate(1024);
  private long heldAddress;
  private long heldShape;
  private boolean round;

  /**
   * Address of at least {@code count} floats, aligned to 64 bytes; the previous request is void.
   */
  public long address(long count) {
    heldAddress = 0;
    if (floats.length() < count) {
      // What grows with a sequence must not grow in every step.
      long room = Math.max(count, floats.length() + floats.length() / 2);
      memory.free(floats);
      floats = memory.allocate(room);
    }
    return floats.address();
  }

  /**
   * Remembers what the last request was made of, until the next one or the end of the round.
   * Outside a round nothing is remembered: nobody could say when it has changed.
   */
  public void hold(long address, long shape) {
    if (round) {
      heldAddress = address;
      heldShape = shape;
    }
  }

  /** Whether the last request still holds what was made of this in this round. */
  public boolean holds(long address, long shape) {
    return heldAddress == address && heldShape == shape;
  }

  /** Address of the last request. */
  public long held() {
    return floats.address();
  }

  /** A round begins, in which the operands of a task stay as they are. */
  void begin() {
    heldAddress = 0;
    round = true;
  }

  /** The round ends. */
  void end() {
    heldAddress = 0;
    round = false;
  }

  @Override
  public void close() {
    memory.close();
  }
}
