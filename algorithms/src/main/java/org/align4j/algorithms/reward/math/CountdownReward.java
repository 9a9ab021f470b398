package org.align4j.algorithms.reward.math;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableSortedMultiset;
import java.util.List;
import org.align4j.algorithms.reward.Completion;
import org.align4j.algorithms.reward.Judgement;
import org.align4j.algorithms.reward.Reward;
import org.align4j.algorithms.reward.answer.Expression;

/**
 * The countdown game (TinyZero; reasoning-gym's {@code countdown}): 1 for an expression that uses
 * the numbers of the reference expression, each once, and has its value; else 0. Which expression
 * solves a prompt does not matter, so the reference answer is one that does.
 *
 * <p>The expression is what stands in the last {@code <answer>} tags, else the last line that is
 * not empty; {@code = value} behind it does no harm.
 */
public final class CountdownReward implements Reward {

  private static final String OPEN = "<answer>";
  private static final String CLOSE = "</answer>";

  @Override
  public String name() {
    return "countdown";
  }

  @Override
  public boolean needsAnswer() {
    return true;
  }

  @Override
  public Judgement judge(Completion completion) {
    Verdict verdict = verdict(completion.text(), reference(completion.prompt().answer()));
    return new Judgement(verdict == Verdict.CORRECT ? 1 : 0, verdict.label());
  }

  private static Expression reference(String answer) {
    try {
      return Expression.parse(answer);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "the reference answer '%s' is no arithmetic expression: countdown wants one that solves"
                  .formatted(answer)
              + " the prompt",
          e);
    }
  }

  private static Verdict verdict(String response, Expression reference) {
    Expression found;
    try {
      found = Expression.parse(expression(response));
    } catch (IllegalArgumentException e) {
      return Verdict.UNPARSABLE;
    }
    boolean same =
        ImmutableSortedMultiset.copyOf(found.numbers())
            .equals(ImmutableSortedMultiset.copyOf(reference.numbers()));
    return same && found.hasValueOf(reference) ? Verdict.CORRECT : Verdict.WRONG;
  }

  private static String expression(String response) {
    int open = response.lastIndexOf(OPEN);
    int close = open < 0 ? -1 : response.indexOf(CLOSE, open);
    String said = close < 0 ? lastLine(response) : response.substring(open + OPEN.length(), close);
    int equals = said.indexOf('=');
    checkArgument(equals != 0, "nothing before =");
    return (equals < 0 ? said : said.substring(0, equals))
        .replace('×', '*')
        .replace('÷', '/')
        .replace('−', '-')
        .replace("`", "")
        .replace("$", "")
        .strip();
  }

  private static String lastLine(String response) {
    List<String> lines = response.lines().filter(line -> !line.isBlank()).toList();
    checkArgument(!lines.isEmpty(), "an empty response");
    return lines.getLast();
  }
}
