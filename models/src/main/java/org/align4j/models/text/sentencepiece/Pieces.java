package org.align4j.models.text.sentencepiece;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The vocabulary of a SentencePiece model: arrays of one length, by id.
 *
 * @param texts {@code [V]}, all different; a space is written {@code ▁}
 * @param scores {@code [V]}: log-probabilities or, of a BPE, the higher the earlier merged
 * @param types {@code [V]}
 */
public record Pieces(ImmutableList<String> texts, float[] scores, ImmutableList<Type> types) {

  /** What a piece is for; in the order of SentencePiece's and ggml's numbers, which begin at 1. */
  public enum Type {
    NORMAL,
    /** Stands for what no piece has. */
    UNKNOWN,
    /** Steers and is not text. */
    CONTROL,
    /** Found in a text before anything else. */
    USER_DEFINED,
    /** May be merged on the way to a longer piece, but never stays. */
    UNUSED,
    /** One byte of a character without a piece. */
    BYTE;

    /** The type of a number in a file. */
    public static Type of(long number) {
      checkArgument(
          number >= 1 && number <= values().length,
          "a piece is of type %s: 1 to %s are known",
          number,
          values().length);
      return values()[(int) number - 1];
    }
  }

  /** SentencePiece's sign for a space. */
  public static final char SPACE = '\u2581';

  public Pieces {
    checkArgument(
        texts.size() == scores.length && texts.size() == types.size(),
        "%s pieces, %s scores and %s types do not belong together",
        texts.size(),
        scores.length,
        types.size());
    Map<String, Integer> ids = HashMap.newHashMap(texts.size());
    for (int id = 0; id < scores.length; id++) {
      checkArgument(!Float.isNaN(scores[id]), "piece %s has no score", id);
      Integer before = ids.put(texts.get(id), id);
      checkArgument(before == null, "pieces %s and %s are the same", before, id);
      if (types.get(id) == Type.BYTE) {
        byteValue(texts.get(id));
      }
    }
  }

  public int size() {
    return texts.size();
  }

  /** Ids by text of the pieces of these types. */
  Map<String, Integer> ids(List<Type> wanted) {
    Map<String, Integer> ids = new HashMap<>();
    for (int id = 0; id < size(); id++) {
      if (wanted.contains(types.get(id))) {
        ids.put(texts.get(id), id);
      }
    }
    return ids;
  }

  /** The id of each byte, {@code [256]}; -1 where there is none. */
  public int[] byteIds() {
    int[] ids = new int[256];
    Arrays.fill(ids, -1);
    for (int id = 0; id < size(); id++) {
      if (types.get(id) == Type.BYTE) {
        ids[byteValue(texts.get(id))] = id;
      }
    }
    return ids;
  }

  /** The value of a byte's piece, {@code <0x0A>}. */
  public static int byteValue(String text) {
    checkArgument(text.matches("<0x[0-9A-Fa-f]{2}>"), "byte piece '%s': it should be <0xNN>", text);
    return Integer.parseInt(text.substring(3, 5), 16);
  }
}
