package org.align4j.models.text.sentencepiece;

/**
 * A normalised text and where each of its characters stands in the text it was made of.
 *
 * @param text the characters, {@code [N]}
 * @param starts {@code [N]}: the first character each was made of
 * @param ends {@code [N]}: the one after the last; of a prefix, its own start
 */
public record NormalText(String text, int[] starts, int[] ends) {}
