/**
 * From scores to the rewards that are trained on: penalties, normalisation and filters. Start at
 * {@link org.align4j.algorithms.reward.shaping.RewardPipeline}.
 */
@NullMarked
package org.align4j.algorithms.reward.shaping;

import org.jspecify.annotations.NullMarked;
