/**
 * What is trained on: prompts, pairs, their files, and the embedded arithmetic task. Start at
 * {@link org.align4j.algorithms.data.Prompts}.
 */
@NullMarked
package org.align4j.algorithms.data;

import org.jspecify.annotations.NullMarked;
