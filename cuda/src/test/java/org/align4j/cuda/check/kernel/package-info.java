/**
 * Kernels one by one: {@link org.align4j.cuda.check.kernel.KernelCases} has each on ragged
 * operands, with what core's scalar kernels and arithmetic in double make of them.
 */
@NullMarked
package org.align4j.cuda.check.kernel;

import org.jspecify.annotations.NullMarked;
