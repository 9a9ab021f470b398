/**
 * Benchmarks of the array arithmetic between a rollout and its updates. Start at {@link
 * org.align4j.bench.advantage.AdvantageBenchmark}.
 */
@NullMarked
package org.align4j.bench.advantage;

import org.jspecify.annotations.NullMarked;
