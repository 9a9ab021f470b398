/** What a run computes with: threads, memory, kernels. */
@NullMarked
package org.align4j.core.runtime;

import org.jspecify.annotations.NullMarked;
