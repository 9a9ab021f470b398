/**
 * A training run that can be left alone: the loop over its steps, with its settings ({@code
 * config}), what it reads ({@code data}), its files ({@code folder}), what it writes down ({@code
 * log}) and what may stop it ({@code guard}). Start reading at {@link
 * org.align4j.algorithms.run.TrainingRun}. How one step trains is in {@code train}.
 */
@NullMarked
package org.align4j.algorithms.run;

import org.jspecify.annotations.NullMarked;
