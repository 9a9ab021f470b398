/**
 * Learning from pairs of answers: a reward model's head on frozen features, runs of the preference
 * trainer, and what a held-out set says of either. The losses are in {@code loss}, the step in
 * {@code train}. Start at {@link org.align4j.algorithms.preference.PreferenceRun}.
 */
@NullMarked
package org.align4j.algorithms.preference;

import org.jspecify.annotations.NullMarked;
