package org.align4j.models.text.sentencepiece;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Prepares texts as SentencePiece does ({@code normalizer.cc}): characters are replaced, spaces
 * written as {@code ▁}.
 */
public final class TextNormalizer {

  private final Normalization rules;
  private final @Nullable CharacterMap map;
  private final UserDefined userDefined;

  public TextNormalizer(Normalization rules, Pieces pieces) {
    this.rules = rules;
    this.map = rules.characterMap().map(CharacterMap::new).orElse(null);
    this.userDefined = new UserDefined(pieces);
  }

  /**
   * The normal form of a part of a text.
   *
   * @param first whether the prefix comes before it, where the rules have one
   */
  public NormalText apply(String text, int from, int to, boolean first) {
    return new Writer(text.substring(from, to), from).write(first && rules.addsPrefix());
  }

  /** Writes one normal form. */
  private final class Writer {
    private final String part;
    private final int offset;
    private final byte[] bytes;
    private final StringBuilder normal = new StringBuilder();
    private int[] starts;
    private int[] ends;

    /** Where the next characters stand in the part, and where in its bytes. */
    private int at;

    private int atByte;
    private int end;
    private int endByte;

    Writer(String part, int offset) {
      this.part = part;
      this.offset = offset;
      this.bytes = map == null ? new byte[0] : part.getBytes(StandardCharsets.UTF_8);
      this.starts = new int[part.length() + 1];
      this.ends = new int[part.length() + 1];
    }

    NormalText write(boolean prefix) {
      boolean single = rules.removesExtraSpaces();
      while (single && at < part.length() && next().equals(" ")) {
        step();
      }
      if (prefix && at < part.length()) {
        append(' ', at, at);
      }
      boolean afterSpace = single;
      while (at < part.length()) {
        String next = next();
        int i = 0;
        while (afterSpace && i < next.length() && next.charAt(i) == ' ') {
          i++;
        }
        if (i < next.length()) {
          afterSpace = single && next.endsWith(" ");
        }
        for (; i < next.length(); i++) {
          append(next.charAt(i), at, end);
        }
        step();
      }
      int length = normal.length();
      while (single && length > 0 && normal.charAt(length - 1) == Pieces.SPACE) {
        length--;
      }
      return new NormalText(
          normal.substring(0, length), Arrays.copyOf(starts, length), Arrays.copyOf(ends, length));
    }

    private void append(char letter, int start, int after) {
      int length = normal.length();
      if (length == starts.length) {
        starts = Arrays.copyOf(starts, 2 * length);
        ends = Arrays.copyOf(ends, 2 * length);
      }
      starts[length] = offset + start;
      ends[length] = offset + after;
      normal.append(letter == ' ' ? Pieces.SPACE : letter);
    }

    /** What the next characters become; sets where they end. A user-defined piece stays. */
    private String next() {
      int defined = userDefined.length(part, at);
      if (map != null && defined == 0) {
        CharacterMap.@Nullable Match match = map.longest(bytes, atByte);
        if (match != null) {
          endByte = atByte + match.bytes();
          end = at;
          for (int read = atByte; read < endByte; ) {
            int point = part.codePointAt(end);
            read += utf8Length(point);
            end += Character.charCount(point);
          }
          return match.replacement();
        }
      }
      end = at + (defined > 0 ? defined : Character.charCount(part.codePointAt(at)));
      String same = part.substring(at, end);
      endByte = atByte + same.codePoints().map(TextNormalizer::utf8Length).sum();
      return same;
    }

    private void step() {
      at = end;
      atByte = endByte;
    }
  }

  private static int utf8Length(int point) {
    return point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  }
}
