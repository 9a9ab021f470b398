/**
 * Where rewards come from: rules and models that score a response. {@code judging} asks them,
 * {@code shaping} makes the scores what is trained on. Start at {@link
 * org.align4j.algorithms.reward.Reward}.
 */
@NullMarked
package org.align4j.algorithms.reward;

import org.jspecify.annotations.NullMarked;
