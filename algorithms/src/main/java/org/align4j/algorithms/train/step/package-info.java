/**
 * One optimiser step and the state that training keeps between steps. Start at {@link
 * org.align4j.algorithms.train.step.TrainStep}.
 */
@NullMarked
package org.align4j.algorithms.train.step;

import org.jspecify.annotations.NullMarked;
