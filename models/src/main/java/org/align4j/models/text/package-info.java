/**
 * Text to token ids and back; chats to text are in {@code chat}. Start at {@link
 * org.align4j.models.text.Tokenizer}.
 */
@NullMarked
package org.align4j.models.text;

import org.jspecify.annotations.NullMarked;
