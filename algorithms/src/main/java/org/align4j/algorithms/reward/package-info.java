/**
 * Where rewards come from: rules and models that score a response. What becomes of the scores
 * (normalising, clipping, KL) lives with the advantages. Start at {@link
 * org.align4j.algorithms.reward.Reward}.
 */
@NullMarked
package org.align4j.algorithms.reward;

import org.jspecify.annotations.NullMarked;
