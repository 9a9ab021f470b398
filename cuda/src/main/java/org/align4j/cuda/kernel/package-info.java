/** The kernels of {@code src/main/cuda}, with typed operands. */
@NullMarked
package org.align4j.cuda.kernel;

import org.jspecify.annotations.NullMarked;
