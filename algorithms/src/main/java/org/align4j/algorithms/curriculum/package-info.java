/**
 * Which prompts are worth sampling, by how often they were solved so far. Start reading at {@link
 * org.align4j.algorithms.curriculum.Curriculum}. Where prompts come from is in {@code data}.
 */
@NullMarked
package org.align4j.algorithms.curriculum;

import org.jspecify.annotations.NullMarked;
