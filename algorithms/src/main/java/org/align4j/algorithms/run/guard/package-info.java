/**
 * Guards that watch the metrics of a run, and who hears of them. Start at {@link
 * org.align4j.algorithms.run.guard.Guards}.
 */
@NullMarked
package org.align4j.algorithms.run.guard;

import org.jspecify.annotations.NullMarked;
