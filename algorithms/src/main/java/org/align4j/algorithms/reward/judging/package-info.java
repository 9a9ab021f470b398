/**
 * Asks a reward for its judgements: in batches, side by side, with time limits and retries. Start
 * at {@link org.align4j.algorithms.reward.judging.RewardRunner}.
 */
@NullMarked
package org.align4j.algorithms.reward.judging;

import org.jspecify.annotations.NullMarked;
