/**
 * From texts to tokens with their labels, and back. Start at {@link
 * org.align4j.algorithms.train.codec.PromptCodec}.
 */
@NullMarked
package org.align4j.algorithms.train.codec;

import org.jspecify.annotations.NullMarked;
