/** The CUDA driver through the foreign-function API: devices, memory, kernels, graphs. */
@NullMarked
package org.align4j.cuda.driver;

import org.jspecify.annotations.NullMarked;
