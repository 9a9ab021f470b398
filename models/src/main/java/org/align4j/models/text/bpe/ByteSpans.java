package org.align4j.models.text.bpe;

import java.text.Normalizer;
import java.util.Arrays;

/** Where the bytes of a normalised text stand in the text that it was made of. */
public final class ByteSpans {

  private final int[] starts;
  private final int[] ends;

  private ByteSpans(int[] starts, int[] ends) {
    this.starts = starts;
    this.ends = ends;
  }

  /** The places of each byte of the normal form in UTF-8. */
  public static ByteSpans of(String text, String normal) {
    int[] from = new int[normal.length()];
    int[] to = new int[normal.length()];
    align(text, normal, from, to);
    int[] starts = new int[3 * normal.length()];
    int[] ends = new int[3 * normal.length()];
    int count = 0;
    for (int at = 0; at < normal.length(); ) {
      int point = normal.codePointAt(at);
      int last = at + Character.charCount(point) - 1;
      int bytes = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
      Arrays.fill(starts, count, count + bytes, from[at]);
      Arrays.fill(ends, count, count + bytes, to[last]);
      count += bytes;
      at = last + 1;
    }
    return new ByteSpans(Arrays.copyOf(starts, count), Arrays.copyOf(ends, count));
  }

  public int length() {
    return starts.length;
  }

  public int start(int index) {
    return starts[index];
  }

  public int end(int index) {
    return ends[index];
  }

  /** A composed character stands for the first of its parts, as {@code tokenizers} has it. */
  private static void align(String text, String normal, int[] from, int[] to) {
    int made = 0;
    for (int start = 0; start < text.length(); ) {
      int end = start + Character.charCount(text.codePointAt(start));
      while (end < text.length() && joins(text.codePointAt(end))) {
        end += Character.charCount(text.codePointAt(end));
      }
      int length = end - start;
      if (!text.equals(normal)) {
        length = Normalizer.normalize(text.substring(start, end), Normalizer.Form.NFC).length();
      }
      for (int i = 0; i < length && made < normal.length(); i++, made++) {
        from[made] = Math.min(start + i, end - 1);
        to[made] = from[made] + 1;
      }
      start = end;
    }
    Arrays.fill(from, made, normal.length(), text.length());
    Arrays.fill(to, made, normal.length(), text.length());
  }

  /** Whether a character may be composed with the one before it. */
  private static boolean joins(int point) {
    return switch (Character.getType(point)) {
      case Character.NON_SPACING_MARK, Character.COMBINING_SPACING_MARK, Character.ENCLOSING_MARK ->
          true;
      default -> point >= 0x1160 && point <= 0x11FF;
    };
  }
}
