/**
 * Rewards as settings name them: text or YAML to a reward. Start at {@link
 * org.align4j.algorithms.reward.spec.RewardSpec}.
 */
@NullMarked
package org.align4j.algorithms.reward.spec;

import org.jspecify.annotations.NullMarked;
