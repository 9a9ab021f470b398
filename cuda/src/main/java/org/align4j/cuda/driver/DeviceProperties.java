package org.align4j.cuda.driver;

/**
 * What a GPU is.
 *
 * @param name as its maker calls it
 * @param major of its compute capability
 * @param minor of its compute capability
 * @param processors multiprocessors
 * @param memory bytes
 * @param driver version of CUDA that the driver is for: {@code 1000·major + 10·minor}
 */
public record DeviceProperties(
    String name, int major, int minor, int processors, long memory, int driver) {}
