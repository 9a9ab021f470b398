package org.align4j.models.jinja;

import com.google.common.collect.ImmutableMap;
import java.util.Locale;
import java.util.function.UnaryOperator;

/** Python's methods that change the case of texts. */
final class StrCases {

  static final ImmutableMap<String, StrMethods.Method> METHODS =
      ImmutableMap.of(
          "upper", method("upper", StrCases::upper),
          "lower", method("lower", StrCases::lower),
          "title", method("title", StrCases::title),
          "capitalize", method("capitalize", StrCases::capitalize),
          "swapcase", method("swapcase", StrCases::swapCase),
          "casefold", method("casefold", StrCases::caseFold));

  private StrCases() {}

  private static StrMethods.Method method(String name, UnaryOperator<String> change) {
    return (self, given) -> {
      given.positional(name, 0, 0);
      return self.like(change.apply(self.value()));
    };
  }

  static String upper(String text) {
    return text.toUpperCase(Locale.ROOT);
  }

  static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }

  /** The title form of one character, which may be two: ß is Ss. */
  private static String title(int point) {
    String upper = upper(Character.toString(point));
    int simple = Character.toTitleCase(point);
    if (simple != point || upper.length() == Character.charCount(point)) {
      return Character.toString(simple);
    }
    int first = Character.charCount(upper.codePointAt(0));
    return upper.substring(0, first) + lower(upper.substring(first));
  }

  private static boolean isCased(int point) {
    return Character.isLowerCase(point)
        || Character.isUpperCase(point)
        || Character.isTitleCase(point);
  }

  static String title(String text) {
    StringBuilder out = new StringBuilder(text.length());
    StringBuilder word = new StringBuilder();
    boolean inside = false;
    for (int at = 0; at < text.length(); ) {
      int point = text.codePointAt(at);
      at += Character.charCount(point);
      if (inside) {
        word.appendCodePoint(point);
      } else {
        out.append(isCased(point) ? title(point) : Character.toString(point));
      }
      boolean cased = isCased(point);
      if (inside && !cased) {
        out.append(lower(word.toString()));
        word.setLength(0);
      }
      inside = cased;
    }
    return out.append(lower(word.toString())).toString();
  }

  static String capitalize(String text) {
    if (text.isEmpty()) {
      return text;
    }
    int first = text.codePointAt(0);
    // the first letter stays before the rest while that is lowered: a final sigma sees it
    String lowered = lower(text);
    String head = lower(Character.toString(first));
    return lowered.startsWith(head)
        ? title(first) + lowered.substring(head.length())
        : title(first) + lower(text.substring(Character.charCount(first)));
  }

  private static String swapCase(String text) {
    StringBuilder out = new StringBuilder(text.length());
    String lowered = lower(text);
    boolean aligned = lowered.length() == text.length();
    for (int at = 0; at < text.length(); ) {
      int point = text.codePointAt(at);
      String one = Character.toString(point);
      if (Character.isUpperCase(point)) {
        out.append(aligned ? lowered.substring(at, at + one.length()) : lower(one));
      } else {
        out.append(Character.isLowerCase(point) ? upper(one) : one);
      }
      at += one.length();
    }
    return out.toString();
  }

  private static String caseFold(String text) {
    StringBuilder out = new StringBuilder(text.length());
    text.codePoints()
        .forEach(point -> {
          String one = Character.toString(point);
          // the dotless i is no i
          out.append(point == 'ı' ? one : lower(upper(one)).replace('ς', 'σ'));
        });
    return out.toString();
  }
}
