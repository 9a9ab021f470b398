/** Kernels without vectors: they run anywhere, with the bits of the vector kernels. */
@NullMarked
package org.align4j.core.kernel.scalar;

import org.jspecify.annotations.NullMarked;
