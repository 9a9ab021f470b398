package org.align4j.core.kernel;

/**
 * Working memory of one thread. It grows to the largest request and stays; contents are undefined
 * at each request.
 */
public final class Scratch implements AutoCloseable {

  private final NativeMemory memory = new NativeMemory();
  private Floats floats = memory.allocate(1024);

  /**
   * Address of at least {@code count} floats, aligned to 64 bytes; the previous request is void.
   */
  long address(long count) {
    if (floats.length() < count) {
      memory.free(floats);
      floats = memory.allocate(count);
    }
    return floats.address();
  }

  @Override
  public void close() {
    memory.close();
  }
}
