package org.align4j.algorithms.reward.math;

import com.google.common.base.CharMatcher;
import org.align4j.algorithms.reward.answer.Answer;
import org.align4j.algorithms.reward.answer.AnswerFinder;
import org.align4j.algorithms.reward.answer.AnswerReader;

/**
 * Reads the final answer out of free text and compares it with a reference, as exact numbers.
 *
 * <p>Reference and response are found and read by the same rules: {@link AnswerFinder} says where,
 * {@link AnswerReader} what. A formula, range, inequality, tuple or list is that thing and never
 * one of its numbers. Thousands separators, currency, unit words and percent signs are dropped; 25
 * % is 25. Takes linear time and never throws.
 */
public final class MathVerifier {

  private static final CharMatcher BESIDES = CharMatcher.whitespace().or(CharMatcher.is('$'));

  private MathVerifier() {}

  /** Compares a response with the reference answer. What repeats it letter by letter is right. */
  public static Verification verify(String response, String answer) {
    AnswerFinder.Found found = AnswerFinder.find(response);
    AnswerFinder.Found reference = AnswerFinder.find(answer);
    Answer read = found.answer();
    if (read != null && reference.answer() != null && read.matches(reference.answer())) {
      return new Verification(read.value(), Verdict.CORRECT);
    }
    String place = collapsed(found.place());
    if (!place.isEmpty() && place.equals(collapsed(reference.place()))) {
      return new Verification(place, Verdict.CORRECT);
    }
    return read == null || read.kind() == Answer.Kind.REMARK
        ? new Verification("", Verdict.UNPARSABLE)
        : new Verification(read.value(), Verdict.WRONG);
  }

  private static String collapsed(String place) {
    return BESIDES.trimAndCollapseFrom(place, ' ');
  }

  /** The final answer in canonical form: equal answers have equal text; empty for none. */
  public static String extract(String response) {
    Answer found = AnswerFinder.find(response).answer();
    return found == null || found.kind() == Answer.Kind.REMARK ? "" : found.value();
  }
}
