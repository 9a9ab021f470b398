/**
 * Runs PTX on the JVM: a device for tests, with checks that a GPU does not make. Begin with {@link
 * org.align4j.cuda.ptx.EmulatedDevice}; {@code Reader} takes PTX apart, {@code Assembler} makes
 * operations of it, {@code Warp} runs them for 32 lanes, {@code Block} for all its warps.
 */
@NullMarked
package org.align4j.cuda.ptx;

import org.jspecify.annotations.NullMarked;
