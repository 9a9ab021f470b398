/**
 * Rewards for the right answer to a task in mathematics. Start at {@link
 * org.align4j.algorithms.reward.math.MathVerifier}.
 */
@NullMarked
package org.align4j.algorithms.reward.math;

import org.jspecify.annotations.NullMarked;
