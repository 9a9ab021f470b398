/**
 * Prompts answered by the policy and judged. Start at {@link
 * org.align4j.algorithms.train.rollout.RolloutCollector}.
 */
@NullMarked
package org.align4j.algorithms.train.rollout;

import org.jspecify.annotations.NullMarked;
