package org.align4j.algorithms.reward.spec;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Reads the text form of a {@link RewardSpec}, from left to right:
 *
 * <pre>{@code
 * spec   = term { "+" term }
 * term   = [ number "*" ] source [ "(" option { "," option } ")" ] [ "*" number ]
 * option = key "=" value
 * }</pre>
 *
 * Source and value end at blanks and at {@code + * ( ) ,} unless these are in double quotes, where
 * only {@code \"} stands for something else.
 */
final class RewardText {

  private static final String ENDS = "+*(),";
  private static final Pattern NUMBER =
      Pattern.compile("[+-]?(\\d+(\\.\\d*)?|\\.\\d+)([eE]-?\\d+)?");

  private final String text;
  private int at;

  private RewardText(String text) {
    this.text = text;
  }

  static ImmutableList<RewardTerm> parse(String text) {
    return new RewardText(text).spec();
  }

  /** A word as the parser takes it, in quotes where it needs them. */
  static String quoted(String word) {
    boolean plain =
        !word.isEmpty()
            && !NUMBER.matcher(word).matches()
            && word.chars().noneMatch(c -> ends(c) || c == '"');
    int end = word.length();
    while (end > 0 && word.charAt(end - 1) == '\\') {
      end--; // before the closing quote it would take that for itself
    }
    String inside = word.substring(0, end).replace("\"", "\\\"");
    return plain ? word : "\"" + inside + "\"" + word.substring(end);
  }

  private ImmutableList<RewardTerm> spec() {
    ImmutableList.Builder<RewardTerm> terms = ImmutableList.builder();
    terms.add(term());
    while (skipTo('+')) {
      terms.add(term());
    }
    if (at < text.length()) {
      throw wrong("a + before the next reward");
    }
    return terms.build();
  }

  private RewardTerm term() {
    double weight = 1;
    int start = at;
    String word = word("a reward");
    if (NUMBER.matcher(text.substring(start, at).strip()).matches()) {
      if (!skipTo('*')) {
        throw wrong("a * after the weight " + word);
      }
      weight = Double.parseDouble(word);
      word = word("a reward");
    }
    Map<String, String> options = new LinkedHashMap<>();
    if (skipTo('(')) {
      do {
        option(options);
      } while (skipTo(','));
      if (!skipTo(')')) {
        throw wrong("a ) after the options of " + word);
      }
    }
    if (skipTo('*')) {
      String number = word("a weight");
      if (!NUMBER.matcher(number).matches()) {
        throw wrong("a number as the weight of " + word + ", not " + number);
      }
      weight *= Double.parseDouble(number);
    }
    return new RewardTerm(word, weight, ImmutableMap.copyOf(options));
  }

  private void option(Map<String, String> options) {
    String word = word("an option");
    int equals = word.indexOf('=');
    if (equals < 1) {
      throw wrong("key=value, not " + word);
    }
    String key = word.substring(0, equals);
    if (options.put(key, word.substring(equals + 1)) != null) {
      throw wrong("the option " + key + " only once");
    }
  }

  /** The next word, freed of its quotes. */
  private String word(String wanted) {
    skipBlanks();
    int start = at;
    StringBuilder word = new StringBuilder();
    boolean quoted = false;
    for (; at < text.length(); at++) {
      char c = text.charAt(at);
      if (quoted && c == '\\' && text.startsWith("\"", at + 1)) {
        word.append('"');
        at++;
      } else if (c == '"') {
        quoted = !quoted;
      } else if (!quoted && ends(c)) {
        break;
      } else {
        word.append(c);
      }
    }
    if (quoted) {
      throw wrong("a \" that ends what begins at " + (start + 1));
    }
    if (at == start) {
      throw wrong(wanted);
    }
    return word.toString();
  }

  private boolean skipTo(char mark) {
    skipBlanks();
    if (at < text.length() && text.charAt(at) == mark) {
      at++;
      return true;
    }
    return false;
  }

  private void skipBlanks() {
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
  }

  private static boolean ends(int c) {
    return ENDS.indexOf(c) >= 0 || Character.isWhitespace(c);
  }

  private IllegalArgumentException wrong(String wanted) {
    return new IllegalArgumentException(
        "reward %s: at character %s %s is needed".formatted(text, at + 1, wanted));
  }
}
