/**
 * What a run reads before its first step: prompts, pairs, demonstrations and models. Start at
 * {@link org.align4j.algorithms.run.data.TrainData}.
 */
@NullMarked
package org.align4j.algorithms.run.data;

import org.jspecify.annotations.NullMarked;
