package org.align4j.models.text;

import com.google.common.primitives.Ints;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * Decodes a growing sequence. What may still change with the next token is held back; the pieces
 * joined are the text of all ids decoded at once.
 *
 * <p>A decoder may treat the first token apart (SentencePiece's drops its blank), so tokens are
 * never decoded alone: those before them stay as context, as many as it takes.
 */
public final class StreamingDecoder {

  private static final char REPLACEMENT = '\uFFFD';

  /** Tokens decoded together before the oldest are let go, and how many then stay at least. */
  private static final int MOST_PENDING = 128;

  private static final int CONTEXT = 32;

  private final Tokenizer tokenizer;
  private final IntPredicate joins;
  private final int tail;
  private List<Integer> pending = new ArrayList<>();
  private String text = "";
  private int emitted;

  /** For decoders in which only the last character may be incomplete. */
  StreamingDecoder(Tokenizer tokenizer) {
    this(tokenizer, id -> false, 0);
  }

  /**
   * For any decoder.
   *
   * @param joins tokens whose text depends on the whole run of such tokens: single bytes
   * @param tail last characters that later tokens may change
   */
  StreamingDecoder(Tokenizer tokenizer, IntPredicate joins, int tail) {
    this.tokenizer = tokenizer;
    this.joins = joins;
    this.tail = tail;
  }

  /** Takes the next token; returns the text that is now certain, perhaps none. */
  public String next(int id) {
    pending.add(id);
    if (joins.test(id)) {
      return "";
    }
    text = tokenizer.decode(Ints.toArray(pending));
    int certain = Math.max(emitted, certainLength());
    String piece =
        text.substring(Math.min(emitted, text.length()), Math.min(certain, text.length()));
    emitted = certain;
    if (pending.size() > MOST_PENDING) {
      letGo();
    }
    return piece;
  }

  private int certainLength() {
    int certain = text.length() - Math.min(tail, text.length());
    // Bytes of a character that is not all there are one U+FFFD at the end.
    if (certain > 0 && certain == text.length() && text.charAt(certain - 1) == REPLACEMENT) {
      certain--;
    }
    boolean cutsPair =
        certain > 0
            && certain < text.length()
            && Character.isHighSurrogate(text.charAt(certain - 1));
    return cutsPair ? certain - 1 : certain;
  }

  /** Keeps the last tokens that decode, without those before them, to the end of the text. */
  private void letGo() {
    for (int from = pending.size() - CONTEXT; from < pending.size(); from++) {
      if (joins.test(pending.get(from))) {
        continue;
      }
      List<Integer> kept = pending.subList(from, pending.size());
      String end = tokenizer.decode(Ints.toArray(kept));
      int held = text.length() - emitted;
      boolean solid = end.chars().anyMatch(c -> c != REPLACEMENT && !Character.isWhitespace(c));
      if (solid && held >= 0 && end.length() > held && text.endsWith(end)) {
        pending = new ArrayList<>(kept);
        text = end;
        emitted = end.length() - held;
        return;
      }
    }
  }

  /** What is still held back, at the end of the sequence. */
  public String finish() {
    String all = pending.isEmpty() ? "" : tokenizer.decode(Ints.toArray(pending));
    String piece = all.substring(Math.min(emitted, all.length()));
    pending.clear();
    text = "";
    emitted = 0;
    return piece;
  }
}
