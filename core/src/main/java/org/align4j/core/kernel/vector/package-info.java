/** Kernels on the Vector API. */
@NullMarked
package org.align4j.core.kernel.vector;

import org.jspecify.annotations.NullMarked;
