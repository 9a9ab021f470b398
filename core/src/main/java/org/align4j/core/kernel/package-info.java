/**
 * Kernels over native float memory and the threads that run them: what a plan is made of. Nothing
 * here knows of graphs or models. Start at {@link org.align4j.core.kernel.Kernels}.
 */
@NullMarked
package org.align4j.core.kernel;

import org.jspecify.annotations.NullMarked;
