/**
 * What a run writes down: metrics, completions, events. Start at {@link
 * org.align4j.algorithms.run.log.RunLogs}.
 */
@NullMarked
package org.align4j.algorithms.run.log;

import org.jspecify.annotations.NullMarked;
