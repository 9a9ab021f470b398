/**
 * Parts of tokenizers by byte pair encoding: vocabulary, merges, pre-tokenizer. Start at {@link
 * org.align4j.models.text.bpe.BpeVocabulary}.
 */
@NullMarked
package org.align4j.models.text.bpe;

import org.jspecify.annotations.NullMarked;
