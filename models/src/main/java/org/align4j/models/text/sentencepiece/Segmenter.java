package org.align4j.models.text.sentencepiece;

import java.util.List;

/** Cuts a normalised text into pieces. */
public sealed interface Segmenter permits BpeSegmenter, UnigramSegmenter {

  /** The pieces in their order; together they are the text. */
  List<Cut> cut(String normal);
}
