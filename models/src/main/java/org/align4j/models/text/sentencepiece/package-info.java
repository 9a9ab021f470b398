/**
 * SentencePiece: its models, how it normalises a text and how it cuts it into pieces. Start at
 * {@link org.align4j.models.text.sentencepiece.SentencePieceModel}.
 */
@NullMarked
package org.align4j.models.text.sentencepiece;

import org.jspecify.annotations.NullMarked;
