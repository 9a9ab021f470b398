package org.align4j.models.transformer;

import com.google.common.collect.ImmutableList;
import java.util.OptionalInt;

/**
 * The metadata of a GGUF file, as a family reads them. Keys are those of the architecture, without
 * its name before them: {@code block_count}, {@code attention.head_count}.
 */
public interface GgufFields {

  /** A number that must be there. */
  int integer(String key);

  /** A number that may be absent. */
  int integer(String key, int otherwise);

  /** A number that must be there. */
  double number(String key);

  /** A number that may be absent. */
  double number(String key, double otherwise);

  /** Whether the file has a tensor of this name. */
  boolean hasTensor(String name);

  /** Rows of the embedding. */
  int vocabSize();

  /** Whether there is no head, or one with the same bytes as the embedding. */
  boolean tied();

  /** Columns of a head, of keys and values alike: other heads are refused. */
  int headDim();

  /** Rotary positions; those of a kind that is not built are refused. */
  Rope rope();

  /** The first token of sequences. */
  OptionalInt bosTokenId();

  /** The tokens sequences end with. */
  ImmutableList<Integer> eosTokenIds();

  /** Refuses the file with this sentence unless it is fine. */
  void refuseUnless(boolean fine, String sentence);
}
