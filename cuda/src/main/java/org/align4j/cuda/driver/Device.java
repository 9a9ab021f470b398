package org.align4j.cuda.driver;

import java.lang.foreign.MemorySegment;

/**
 * A GPU with one stream of work, used by one thread at a time. Whatever is asked of it is done in
 * the order of the calls; only {@link #read} and {@link #synchronize} wait. Addresses are the
 * device's.
 */
public interface Device extends AutoCloseable {

  /** What it is. */
  DeviceProperties properties();

  /** Memory of the device, aligned to 256 bytes, with unspecified contents. */
  long allocate(long bytes);

  /** Frees what {@link #allocate} answered, after the work that was asked for before. */
  void free(long address);

  /** Bytes of device memory that nobody has taken. */
  long freeMemory();

  /** Copies from host memory, which may be used again when this returns. */
  void write(long address, MemorySegment host);

  /** Copies to host memory; waits for it. */
  void read(long address, MemorySegment host);

  /** Copies within the device; the ranges do not overlap. */
  void copy(long from, long to, long bytes);

  /** Sets so many 32-bit words. */
  void fill(long address, int word, long words);

  /** Loads PTX (text) or machine code of kernels. */
  Program load(byte[] image);

  /** Kernels that were loaded. */
  interface Program {

    /**
     * A kernel by its name.
     *
     * @param dynamicShared bytes of shared memory that its launches give it
     */
    Function function(String name, int dynamicShared);
  }

  /** A kernel. */
  interface Function {

    /**
     * Launches {@code [gridX, gridY, gridZ]} blocks of {@code threads}.
     *
     * @param arguments 8 bytes each, in order; ints and floats in the low half. They may be used
     *     again when this returns
     */
    void launch(int gridX, int gridY, int gridZ, int threads, MemorySegment arguments);
  }

  /**
   * Records the launches, fills and copies within the device that {@code work} asks for; nothing is
   * run.
   */
  Graph capture(Runnable work);

  /** Recorded work. */
  interface Graph extends AutoCloseable {

    /** Runs it again. */
    void launch();

    @Override
    void close();
  }

  /** Waits for all work; throws what went wrong in it. */
  void synchronize();

  @Override
  void close();
}
