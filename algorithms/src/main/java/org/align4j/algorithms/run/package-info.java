/**
 * A training run as a folder that can be left alone: description, logs, checkpoints, guards, the
 * loop over all of them. Start reading at {@link org.align4j.algorithms.run.TrainingRun}. How one
 * step trains is in {@code train}.
 */
@NullMarked
package org.align4j.algorithms.run;

import org.jspecify.annotations.NullMarked;
