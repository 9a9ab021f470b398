/** Matrix products on the Vector API: packing, tiles, micro-kernels. */
@NullMarked
package org.align4j.core.kernel.vector.product;

import org.jspecify.annotations.NullMarked;
