package org.align4j.models.jinja.character;

import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** Classes of characters as Python has them. */
public final class Unicode {

  private Unicode() {}

  /** {@code str.isspace}, {@code \s}, and what {@code strip} strips. */
  public static boolean isSpace(int point) {
    return point <= ' '
        ? point == ' ' || (point >= 0x9 && point <= 0xD) || (point >= 0x1C && point <= 0x1F)
        : point == 0x85 || (point >= 0xA0 && Character.isSpaceChar(point));
  }

  /** Whether {@code splitlines} splits there. */
  public static boolean isLineBreak(int point) {
    return (point >= 0xA && point <= 0xD)
        || (point >= 0x1C && point <= 0x1E)
        || point == 0x85
        || point == 0x2028
        || point == 0x2029;
  }

  public static boolean isPrintable(int point) {
    return switch (Character.getType(point)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      case Character.SPACE_SEPARATOR -> point == ' ';
      default -> true;
    };
  }

  /** {@code str.isalpha}: letters only, without the other alphabetic characters of Unicode. */
  public static boolean isLetter(int point) {
    return Character.isLetter(point);
  }

  public static boolean isDecimal(int point) {
    return Character.getType(point) == Character.DECIMAL_DIGIT_NUMBER;
  }

  /** Decimals, and digits that only look other: superscript, circled, with a full stop. */
  public static boolean isDigit(int point) {
    return isDecimal(point)
        || point == 0xB2
        || point == 0xB3
        || point == 0xB9
        || within(point, 0x1369, 0x1371)
        || point == 0x19DA
        || point == 0x2070
        || within(point, 0x2074, 0x2079)
        || within(point, 0x2080, 0x2089)
        || within(point, 0x2460, 0x2468)
        || within(point, 0x2474, 0x247C)
        || within(point, 0x2488, 0x2490)
        || point == 0x24EA
        || within(point, 0x24F5, 0x24FD)
        || point == 0x24FF
        || within(point, 0x2776, 0x277E)
        || within(point, 0x2780, 0x2788)
        || within(point, 0x278A, 0x2792)
        || within(point, 0x10A40, 0x10A43)
        || within(point, 0x10E60, 0x10E68)
        || within(point, 0x11052, 0x1105A)
        || within(point, 0x1F100, 0x1F10A);
  }

  private static final String NUMBER_IDEOGRAPHS =
      "㐅㒃㠪㭍一七万三九二五亖亿什仟仨伍佰億兆兩八六十千卄卅卌叁参參叄四壱壹幺廾廿弌弍弎弐拾捌柒漆玖百肆萬貮貳贰阡陆陌陸零";

  public static boolean isNumeric(int point) {
    return switch (Character.getType(point)) {
      case Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER -> true;
      default -> NUMBER_IDEOGRAPHS.indexOf(point) >= 0;
    };
  }

  public static boolean isAlphanumeric(int point) {
    return isLetter(point) || isNumeric(point);
  }

  /** {@code \w}. */
  public static boolean isWord(int point) {
    return point == '_' || isAlphanumeric(point);
  }

  public static boolean isTitle(int point) {
    return Character.isTitleCase(point);
  }

  public static boolean isIdentifier(String text) {
    return !text.isEmpty()
        && (text.codePointAt(0) == '_' || Character.isUnicodeIdentifierStart(text.codePointAt(0)))
        && text.codePoints()
            .allMatch(point ->
                Character.isUnicodeIdentifierPart(point)
                    && !Character.isIdentifierIgnorable(point));
  }

  private static boolean within(int point, int from, int to) {
    return point >= from && point <= to;
  }

  /** Strips blanks, or the characters of a set. */
  public static String strip(String text, @Nullable String set, boolean start, boolean end) {
    IntPredicate strips = set == null ? Unicode::isSpace : point -> set.indexOf(point) >= 0;
    int from = 0;
    int to = text.length();
    while (start && from < to && strips.test(text.codePointAt(from))) {
      from += Character.charCount(text.codePointAt(from));
    }
    while (end && to > from && strips.test(text.codePointBefore(to))) {
      to -= Character.charCount(text.codePointBefore(to));
    }
    return text.substring(from, to);
  }
}
