/**
 * What a first quarter of an hour on a card has to answer: {@code bench/gpu-check}. Start at {@link
 * org.align4j.cuda.check.GpuCheck}; {@link org.align4j.cuda.check.Section} lists the sections.
 */
@NullMarked
package org.align4j.cuda.check;

import org.jspecify.annotations.NullMarked;
