package org.align4j.models.text.sentencepiece;

/**
 * A piece in a normalised text.
 *
 * @param id the piece, or -1: no piece has these characters
 * @param start first character
 * @param end the one after the last
 */
public record Cut(int id, int start, int end) {

  static final int UNKNOWN = -1;

  public boolean isUnknown() {
    return id == UNKNOWN;
  }
}
