/**
 * From rollouts to a batch with rewards, values and advantages. Start at {@link
 * org.align4j.algorithms.train.experience.ExperienceMaker}.
 */
@NullMarked
package org.align4j.algorithms.train.experience;

import org.jspecify.annotations.NullMarked;
