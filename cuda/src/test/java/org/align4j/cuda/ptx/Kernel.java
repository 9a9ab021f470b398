package org.align4j.cuda.ptx;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A kernel that can be run.
 *
 * @param name its name
 * @param code its instructions
 * @param ints rows of its registers of up to 32 bits; those of constants are there
 * @param longs the same for 64 bits
 * @param predicates a bit a lane of each, at first
 * @param specials special registers that it reads
 * @param registers 32-bit registers as declared
 * @param sharedBytes static shared memory
 * @param sharedGranule bytes of the smallest access to shared memory, at most 4
 * @param localBytes local memory of a thread
 * @param parameterSlots 8-byte words of its arguments
 */
record Kernel(
    String name,
    Instruction[] code,
    int[] @Nullable [] ints,
    long[] @Nullable [] longs,
    int[] predicates,
    List<Registers.Special> specials,
    int registers,
    int sharedBytes,
    int sharedGranule,
    int localBytes,
    int parameterSlots) {}
