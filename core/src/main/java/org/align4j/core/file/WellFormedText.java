package org.align4j.core.file;

/**
 * Text that is Unicode: JSON may escape half a surrogate pair (an emoji cut by a limit of length),
 * which no encoding writes. Each becomes one U+FFFD, as {@code tiktoken} reads it.
 */
public final class WellFormedText {

  private static final char REPLACEMENT = '\uFFFD';

  private WellFormedText() {}

  /** The text with U+FFFD in place of every surrogate that has no other half. */
  public static String of(String text) {
    int length = text.length();
    for (int i = 0; i < length; i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        if (!isPair(text, i)) {
          return replaced(text, i);
        }
        i++;
      }
    }
    return text;
  }

  private static String replaced(String text, int first) {
    char[] letters = text.toCharArray();
    for (int i = first; i < letters.length; i++) {
      if (Character.isSurrogate(letters[i])) {
        if (isPair(text, i)) {
          i++;
        } else {
          letters[i] = REPLACEMENT;
        }
      }
    }
    return new String(letters);
  }

  private static boolean isPair(String text, int at) {
    return Character.isHighSurrogate(text.charAt(at))
        && at + 1 < text.length()
        && Character.isLowSurrogate(text.charAt(at + 1));
  }
}
