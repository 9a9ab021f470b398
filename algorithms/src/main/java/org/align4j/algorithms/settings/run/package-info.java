/**
 * What a run does beside training: evaluations, checkpoints, guards, logs. Start at {@link
 * org.align4j.algorithms.settings.run.RunSettings}.
 */
@NullMarked
package org.align4j.algorithms.settings.run;

import org.jspecify.annotations.NullMarked;
