/**
 * Speed and memory of training, scoring and sampling on model shapes, beside the machine's bounds
 * measured in the same run. Start at {@link org.align4j.bench.throughput.Throughput}.
 */
@NullMarked
package org.align4j.bench.throughput;

import org.jspecify.annotations.NullMarked;
