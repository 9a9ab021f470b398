/** Vectors of the processor, functions of them, and sums in the order of the sum tree. */
@NullMarked
package org.align4j.core.kernel.vector.lanes;

import org.jspecify.annotations.NullMarked;
