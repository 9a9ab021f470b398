/**
 * Text to token ids and back, and chat messages to text. Start at {@link
 * org.align4j.models.text.Tokenizer}.
 */
@NullMarked
package org.align4j.models.text;

import org.jspecify.annotations.NullMarked;
