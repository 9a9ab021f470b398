/**
 * How good a policy is on held-out prompts. Start at {@link
 * org.align4j.algorithms.train.evaluation.Evaluator}.
 */
@NullMarked
package org.align4j.algorithms.train.evaluation;

import org.jspecify.annotations.NullMarked;
