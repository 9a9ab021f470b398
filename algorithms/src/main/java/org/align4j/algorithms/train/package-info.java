/**
 * Training: reinforcement learning, supervised fine-tuning, evaluation, and the state of a run. No
 * formulas live here; advantages and losses have their own packages. Start at {@link
 * org.align4j.algorithms.settings.RlSettings}.
 */
@NullMarked
package org.align4j.algorithms.train;

import org.jspecify.annotations.NullMarked;
