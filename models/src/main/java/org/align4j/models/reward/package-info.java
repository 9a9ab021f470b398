/**
 * Reward models: a transformer with a scalar head, its file and the statistics of its scores. Start
 * at {@link org.align4j.models.reward.RewardModel}.
 */
@NullMarked
package org.align4j.models.reward;

import org.jspecify.annotations.NullMarked;
