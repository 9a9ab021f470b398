/** JMH benchmarks of the kernels; {@code bench/jmh} runs them. */
@NullMarked
package org.align4j.bench.kernel;

import org.jspecify.annotations.NullMarked;
