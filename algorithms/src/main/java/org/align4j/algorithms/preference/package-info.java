/**
 * Learning from pairs of answers: pairs to train on and to judge by, a reward model's head on
 * frozen features, and what held-out pairs say of a model. The losses are in {@code loss}, the step
 * in {@code train}, runs in {@code run}. Start at {@link
 * org.align4j.algorithms.preference.FrozenHead}.
 */
@NullMarked
package org.align4j.algorithms.preference;

import org.jspecify.annotations.NullMarked;
