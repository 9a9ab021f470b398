/**
 * Stages of a plan and what they share: weights as kernels want them, the batch at hand, the cache.
 */
@NullMarked
package org.align4j.core.plan.run;

import org.jspecify.annotations.NullMarked;
