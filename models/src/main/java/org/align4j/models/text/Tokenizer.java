package org.align4j.models.text;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.Ints;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Text to token ids and back. Half a surrogate pair is read as U+FFFD. Implementations are
 * immutable in use and safe for many threads.
 */
public interface Tokenizer {

  /**
   * Ids of a text. The model's special tokens are recognised where they stand in it, and {@link
   * #prefixIds} come first unless they stand there already. No end-of-sequence token is added: a
   * text to be continued has none.
   */
  default int[] encode(String text) {
    int[] ids = encodeChat(text);
    int[] prefix = Ints.toArray(prefixIds());
    boolean there =
        ids.length >= prefix.length
            && Arrays.equals(ids, 0, prefix.length, prefix, 0, prefix.length);
    return there ? ids : Ints.concat(prefix, ids);
  }

  /**
   * Ids of a conversation as a chat template wrote it: special tokens are recognised, and nothing
   * is added, since the template writes what the model wants ({@code apply_chat_template} of
   * transformers: {@code add_special_tokens=False}).
   */
  int[] encodeChat(String rendered);

  /** The ids of {@link #encodeChat} with the characters that each stands for. */
  EncodedText encodeChatSpans(String rendered);

  /**
   * Ids of a prompt of unknown origin that is no chat: {@link #prefixIds}, then the text with
   * special tokens as ordinary characters.
   */
  default int[] encodePrompt(String text) {
    return Ints.concat(Ints.toArray(prefixIds()), encodePlain(text));
  }

  /**
   * Ids of a text in which special tokens are ordinary characters, and nothing else: a response, or
   * a part of a text. Added tokens that are not special keep their ids ({@code tokenizers} with
   * {@code encode_special_tokens = True}).
   */
  int[] encodePlain(String text);

  /** What the tokenizer puts before a text: usually nothing or the beginning-of-sequence token. */
  ImmutableList<Integer> prefixIds();

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

  /** Decodes token by token; the pieces joined are {@link #decode} of all. */
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
   * reads; a tokenizer of a {@code tokenizer.model} is that file again.
   */
  void save(Path folder);
}
