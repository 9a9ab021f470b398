package org.align4j.models.jinja.operation;

import com.google.common.collect.ImmutableMap;
import java.util.Locale;
import java.util.function.UnaryOperator;

/** Python's methods that change the case of texts. */
public final class StrCases {

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

  public static String upper(String text) {
    return text.toUpperCase(Locale.ROOT);
  }

  public static String lower(String text) {
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

  /** The lower form of one character, which of a sigma depends on what stands around it. */
  private static String lower(String text, int at, int point) {
    if (point != 'Σ') {
      return lower(Character.toString(point));
    }
    int place = lower(text.substring(0, at)).length();
    return lower(text).substring(place, place + 1);
  }

  static String title(String text) {
    StringBuilder out = new StringBuilder(text.length());
    boolean inside = false;
    for (int at = 0; at < text.length(); ) {
      int point = text.codePointAt(at);
      out.append(inside ? lower(text, at, point) : title(point));
      inside = isCased(point);
      at += Character.charCount(point);
    }
    return out.toString();
  }

  public static String capitalize(String text) {
    StringBuilder out = new StringBuilder(text.length());
    for (int at = 0; at < text.length(); ) {
      int point = text.codePointAt(at);
      out.append(at == 0 ? title(point) : lower(text, at, point));
      at += Character.charCount(point);
    }
    return out.toString();
  }

  private static String swapCase(String text) {
    StringBuilder out = new StringBuilder(text.length());
    for (int at = 0; at < text.length(); ) {
      int point = text.codePointAt(at);
      String one = Character.toString(point);
      if (Character.isUpperCase(point)) {
        out.append(lower(text, at, point));
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
