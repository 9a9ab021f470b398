package org.align4j.algorithms.reward.answer;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import java.util.Locale;

/** What the words around a number mean: a unit, a factor, or that the number is not the answer. */
final class AnswerWords {

  /** Powers of ten. */
  static final ImmutableMap<String, Integer> SCALES =
      ImmutableMap.of("hundred", 2, "thousand", 3, "million", 6, "billion", 9, "trillion", 12);

  static final ImmutableSet<String> ORDINALS = ImmutableSet.of("st", "nd", "rd", "th");

  private static final ImmutableSet<String> SHORT_UNITS =
      words(
          "km cm mm nm kg mg lb oz ft in yd mi hr hz ml cl dl kw mw kj kb mb gb tb kn kv mv lbs mph kph cal sec min hrs sq cu of rs");

  private static final ImmutableSet<String> UNIT_LETTERS = words("m g s h L l J N W V K");

  private static final ImmutableSet<String> CURRENCIES =
      words("usd us eur gbp inr aud cad nzd chf jpy cny rmb rs sgd hkd mxn zar php krw");

  /** Words that make something else of the number before them. */
  private static final ImmutableSet<String> NO_UNITS =
      words(
          "or and to plus minus is isn are was were be not no if but than below above under over negative"
              + " positive squared cubed mod modulo choose factorial base root log sin cos tan sec cot csc exp ln"
              + " dozen dozens score gross half halves third thirds fourth fourths fifth fifths sixth sixths seventh"
              + " sevenths eighth eighths ninth ninths tenth tenths eleventh elevenths twelfth twelfths hundredth"
              + " hundredths thousandth thousandths millionth millionths hundreds thousands millions billions"
              + " trillions quadrillion crore crores lakh lakhs mln bln mio bn mn tn maybe perhaps except unless until either"
              + " divided multiplied raised with without because since so then therefore wrong remainder approximately"
              + " about around less fewer greater");

  /** Words before a number that make a bound of it, or an estimate. */
  static final ImmutableSet<String> BOUNDS =
      words(
          "more less fewer greater up under over above below between from about almost nearly around half twice double not");

  /** Words of a calculation between two numbers. */
  static final ImmutableSet<String> OPERATORS =
      words("plus minus times divided multiplied by over mod modulo choose remainder");

  /** Words after "or" that do the same: 5 or more. */
  static final ImmutableSet<String> OR_BOUNDS =
      words("more less fewer greater higher lower above below so over under");

  /** Of these, the ones with which a sentence goes on after a number. */
  private static final ImmutableSet<String> SENTENCE =
      words(
          "or and to is isn are was were be not no if but than maybe perhaps except unless until either with without"
              + " because since so then therefore wrong over under above below about around less fewer greater third"
              + " fourth fifth sixth");

  private AnswerWords() {}

  private static ImmutableSet<String> words(String list) {
    return ImmutableSet.copyOf(list.split(" "));
  }

  static String lower(String word) {
    return word.toLowerCase(Locale.ROOT);
  }

  /** Whether a word after a number is its unit, or says what is counted. */
  static boolean isUnit(AnswerToken token) {
    String word = token.text();
    String lower = lower(word);
    if (word.length() == 1) {
      return UNIT_LETTERS.contains(word) && (token.roman() || token.blank());
    }
    if (NO_UNITS.contains(lower) || SCALES.containsKey(lower)) {
      return false;
    }
    if (token.roman() || SHORT_UNITS.contains(lower) || CURRENCIES.contains(lower)) {
      return true;
    }
    // 2abc and 2 xy are products; 3 eggs is not.
    return token.blank() && word.length() >= 3 && !isRun(lower);
  }

  /** Whether a word after a number turns it into something else than that number of things. */
  static boolean changesNumber(String word) {
    String lower = lower(word);
    return SCALES.containsKey(lower) || (NO_UNITS.contains(lower) && !SENTENCE.contains(lower));
  }

  static boolean isCurrency(String word) {
    return CURRENCIES.contains(lower(word));
  }

  /** Letters that follow one another, such as abc. */
  private static boolean isRun(String word) {
    for (int i = 1; i < word.length(); i++) {
      if (word.charAt(i) != word.charAt(i - 1) + 1) {
        return false;
      }
    }
    return true;
  }
}
