package org.align4j.cuda.ptx;

/**
 * A launch of a kernel.
 *
 * @param kernel what is run
 * @param memory what it works on
 * @param x blocks of the grid, in x
 * @param y in y
 * @param z in z
 * @param threads of a block
 * @param dynamicShared bytes of shared memory beside the kernel's own
 * @param arguments 8 bytes each
 * @param serial number of the launch
 * @param checks whether races and reads of unwritten memory are looked for
 * @param order how warps and blocks follow one another
 */
record Launch(
    Kernel kernel,
    DeviceMemory memory,
    int x,
    int y,
    int z,
    int threads,
    int dynamicShared,
    byte[] arguments,
    int serial,
    boolean checks,
    Order order) {

  /** Blocks in all. */
  int blocks() {
    return Math.multiplyExact(Math.multiplyExact(x, y), z);
  }
}
