/**
 * Trainers: reinforcement learning, supervised fine-tuning, preferences. A step goes from texts to
 * tokens ({@code codec}), prompts to judged responses ({@code rollout}), these to advantages
 * ({@code experience}), and a batch to losses ({@code update}) and an optimiser step ({@code
 * step}); {@code report} tells of it, {@code evaluation} asks how good it was. No formulas live
 * here; advantages and losses have their own packages. Start at {@link
 * org.align4j.algorithms.train.RlTrainer}.
 */
@NullMarked
package org.align4j.algorithms.train;

import org.jspecify.annotations.NullMarked;
