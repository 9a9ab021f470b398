package org.align4j.models.text;

import com.google.common.primitives.Ints;
import java.util.ArrayList;
import java.util.List;

/**
 * Decodes a growing sequence. What may still change with the next token (a character whose bytes
 * are not all there) is held back; the pieces joined are the text of all ids.
 */
public final class StreamingDecoder {

  private static final char REPLACEMENT = '\uFFFD';

  /** More tokens than this without one whole character are not text: what there is goes out. */
  private static final int LONGEST_WAIT = 64;

  private final Tokenizer tokenizer;
  private final List<Integer> pending = new ArrayList<>();
  private int emitted;

  StreamingDecoder(Tokenizer tokenizer) {
    this.tokenizer = tokenizer;
  }

  /** Takes the next token; returns the text that is now certain, perhaps none. */
  public String next(int id) {
    pending.add(id);
    String text = tokenizer.decode(Ints.toArray(pending));
    int certain = text.length();
    while (certain > 0 && text.charAt(certain - 1) == REPLACEMENT) {
      certain--;
    }
    if (certain == text.length() || pending.size() > LONGEST_WAIT) {
      String piece = text.substring(emitted);
      pending.clear();
      emitted = 0;
      return piece;
    }
    String piece = text.substring(Math.min(emitted, certain), certain);
    emitted = Math.max(emitted, certain);
    return piece;
  }

  /** What is still held back, at the end of the sequence. */
  public String finish() {
    String piece =
        pending.isEmpty() ? "" : tokenizer.decode(Ints.toArray(pending)).substring(emitted);
    pending.clear();
    emitted = 0;
    return piece;
  }
}
