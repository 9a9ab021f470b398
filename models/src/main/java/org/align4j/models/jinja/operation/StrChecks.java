package org.align4j.models.jinja.operation;

import com.google.common.collect.ImmutableMap;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import org.align4j.models.jinja.character.Unicode;

/** Python's methods that ask what a text is made of. */
public final class StrChecks {

  static final ImmutableMap<String, Predicate<String>> CHECKS =
      ImmutableMap.<String, Predicate<String>>builder()
          .put("isalpha", all(Unicode::isLetter))
          .put("isalnum", all(Unicode::isAlphanumeric))
          .put("isdecimal", all(Unicode::isDecimal))
          .put("isdigit", all(Unicode::isDigit))
          .put("isnumeric", all(Unicode::isNumeric))
          .put("isspace", all(Unicode::isSpace))
          .put("isascii", text -> text.codePoints().allMatch(point -> point < 0x80))
          .put("isprintable", text -> text.codePoints().allMatch(Unicode::isPrintable))
          .put("isidentifier", Unicode::isIdentifier)
          .put("islower", StrChecks::isLower)
          .put("isupper", StrChecks::isUpper)
          .put("istitle", StrChecks::isTitle)
          .buildOrThrow();

  private StrChecks() {}

  private static Predicate<String> all(IntPredicate check) {
    return text -> !text.isEmpty() && text.codePoints().allMatch(check);
  }

  public static boolean isLower(String text) {
    return text.codePoints().anyMatch(Character::isLowerCase)
        && text.codePoints()
            .noneMatch(point -> Character.isUpperCase(point) || Unicode.isTitle(point));
  }

  public static boolean isUpper(String text) {
    return text.codePoints().anyMatch(Character::isUpperCase)
        && text.codePoints()
            .noneMatch(point -> Character.isLowerCase(point) || Unicode.isTitle(point));
  }

  private static boolean isTitle(String text) {
    boolean any = false;
    boolean inside = false;
    for (int point : text.codePoints().toArray()) {
      boolean upper = Character.isUpperCase(point) || Unicode.isTitle(point);
      boolean lower = Character.isLowerCase(point);
      if ((upper && inside) || (lower && !inside)) {
        return false;
      }
      any |= upper || lower;
      inside = upper || lower;
    }
    return any;
  }
}
