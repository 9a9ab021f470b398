package org.align4j.models.text;

import com.google.common.collect.ImmutableList;
import java.nio.file.Path;
import java.util.Arrays;

/** Text to token ids and back. Implementations are immutable in use and safe for many threads. */
public interface Tokenizer {

  /**
   * Ids of a text. The model's special tokens are recognised where they stand in it (a chat
   * template writes them); no beginning-of-sequence token is added.
   */
  int[] encode(String text);

  /** Ids of a text in which special tokens are ordinary characters: text of unknown origin. */
  int[] encodePlain(String text);

  /**
   * Text of ids, special tokens included, as {@code tokenizers} decodes: bytes that are not UTF-8
   * become U+FFFD, ids above the vocabulary (padding rows of an embedding) nothing.
   */
  String decode(int[] ids);

  /** Text of ids without the special tokens among them. */
  default String decodeWithoutSpecial(int[] ids) {
    int[] kept = new int[ids.length];
    int count = 0;
    for (int id : ids) {
      if (!isSpecial(id)) {
        kept[count++] = id;
      }
    }
    return decode(Arrays.copyOf(kept, count));
  }

  /** Whether an id is a special token: one that steers and is not text. */
  boolean isSpecial(int id);

  /** Decodes token by token; never emits half a character. */
  default StreamingDecoder streamingDecoder() {
    return new StreamingDecoder(this);
  }

  /** Ids that end a sequence, perhaps none. */
  ImmutableList<Integer> eosIds();

  /** The texts of the named special tokens. */
  SpecialTokens specialTokens();

  /** One more than the largest id. */
  int vocabSize();

  /**
   * Writes {@code tokenizer.json} and {@code tokenizer_config.json}, which {@code tokenizers}
   * reads.
   */
  void save(Path folder);
}
