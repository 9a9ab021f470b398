/**
 * What a training step tells: metrics, phases and their times, samples. Start at {@link
 * org.align4j.algorithms.train.report.StepReport}.
 */
@NullMarked
package org.align4j.algorithms.train.report;

import org.jspecify.annotations.NullMarked;
