/**
 * Where numbers of a run go: JSONL, TensorBoard events, memory. No charts, no printing. Start at
 * {@link org.align4j.core.metric.MetricSink}.
 */
@NullMarked
package org.align4j.core.metric;

import org.jspecify.annotations.NullMarked;
