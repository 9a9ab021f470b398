package org.align4j.models.text.sentencepiece;

import java.util.Optional;

/**
 * How SentencePiece prepares a text.
 *
 * @param addsPrefix whether a space comes before a text
 * @param removesExtraSpaces whether spaces at both ends go and several become one
 * @param characterMap which characters are replaced, as the model's file has it
 */
public record Normalization(
    boolean addsPrefix, boolean removesExtraSpaces, Optional<byte[]> characterMap) {}
