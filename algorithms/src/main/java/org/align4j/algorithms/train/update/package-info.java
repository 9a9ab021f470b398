/**
 * Updates of the policy and the critic from a batch. Start at {@link
 * org.align4j.algorithms.train.update.PolicyUpdate}.
 */
@NullMarked
package org.align4j.algorithms.train.update;

import org.jspecify.annotations.NullMarked;
