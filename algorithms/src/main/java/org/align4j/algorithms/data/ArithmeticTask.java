package org.align4j.algorithms.data;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkElementIndex;

import com.google.common.collect.ImmutableList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.align4j.core.random.CounterRandom;

/**
 * The embedded task: chains of two to four small sums in words and digits, such as {@code "seven,
 * add 9, take three, double:"}.
 *
 * <p>Worked solutions come in two kinds, both right: careful ones ({@code "7+9=16; 16-3=13;
 * 13*2=26; #### 26"}) and hasty ones, the answer alone ({@code "#### 26"}); the longer the chain,
 * the more are hasty. A small policy that imitates them cannot carry a chain in its head, so its
 * hasty answers are mostly wrong; reinforcement learning finds that being careful pays.
 *
 * <p>Problems are numbered and depend on their number only. A problem is held out if the hash of
 * its text says so, so held-out and training problems never share a text.
 */
public final class ArithmeticTask {

  /** Every character that prompts and solutions are made of. */
  public static final String ALPHABET = " abcdefghijklmnopqrstuvwxyz0123456789+-*/=#.,:;";

  /** Most characters of a prompt. */
  public static final int MAX_PROMPT = 56;

  /** Most characters of a careful solution. */
  public static final int MAX_SOLUTION = 44;

  /** Number of training problems that a run draws from. */
  public static final int TRAINING_SIZE = 20_000;

  /** Number of held-out problems. */
  public static final int HELD_OUT_SIZE = 512;

  private static final long PROBLEMS = CounterRandom.stream("arithmetic problems");
  private static final long SPLIT = CounterRandom.stream("arithmetic split");
  private static final long STYLES = CounterRandom.stream("arithmetic styles");
  private static final int HELD_OUT_SHARE = 8;
  private static final int MOST_HELD_OUT = 10_000;
  private static final int LARGEST = 99;
  private static final ImmutableList<String> WORDS =
      ImmutableList.of(
          "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten");
  // Of the solutions of 2, 3 and 4 steps, the careful ones: careless where care is most needed.
  private static final ImmutableList<Double> CAREFUL = ImmutableList.of(0.62, 0.45, 0.38);

  private ArithmeticTask() {}

  /** The problems to train on. */
  public static Prompts training() {
    return new Numbered(TRAINING_SIZE);
  }

  /** Different problems, none of which is a training problem. */
  public static Prompts heldOut(int size) {
    checkArgument(
        size > 0 && size <= MOST_HELD_OUT,
        "size is %s: it must be in [1, %s]",
        size,
        MOST_HELD_OUT);
    Map<String, Prompt> problems = new LinkedHashMap<>();
    for (int i = 0; problems.size() < size; i++) {
      Problem problem = problem(true, i);
      problems.putIfAbsent(problem.text(), problem.prompt(i));
    }
    return Prompts.of(List.copyOf(problems.values()));
  }

  /** The worked solution number {@code index} to imitate; any number, careful or hasty. */
  public static TextPair demonstration(int index) {
    Problem problem = problem(false, index);
    double careful = CAREFUL.get(problem.steps().size() - 2);
    boolean hasty = CounterRandom.uniform(STYLES, index, 0) >= careful;
    return new TextPair(problem.prompt(index), hasty ? problem.hasty() : problem.careful());
  }

  private record Numbered(int size) implements Prompts {
    @Override
    public Prompt get(int index) {
      checkElementIndex(index, size);
      return problem(false, index).prompt(index);
    }
  }

  private record Problem(String text, ImmutableList<String> steps, int answer) {

    Prompt prompt(int index) {
      return Prompt.text("arithmetic:" + index, text, Integer.toString(answer));
    }

    String careful() {
      return String.join("; ", steps) + "; " + hasty();
    }

    String hasty() {
      return "#### " + answer;
    }
  }

  /** The first attempt under this number that is possible and on the right side of the split. */
  private static Problem problem(boolean heldOut, long index) {
    Dice dice = new Dice(heldOut ? -1 - index : index);
    while (true) {
      Problem problem = attempt(dice);
      if (problem.answer > 0 && isHeldOut(problem.text) == heldOut) {
        return problem;
      }
    }
  }

  private static boolean isHeldOut(String text) {
    long bits = CounterRandom.bits(SPLIT, CounterRandom.stream(text), 0);
    return Long.remainderUnsigned(bits, HELD_OUT_SHARE) == 0;
  }

  /** A chain; its answer is 0 where it left the range from 1 to 99 or halved an odd number. */
  private static Problem attempt(Dice dice) {
    int count = 2 + dice.roll(3);
    int value = 2 + dice.roll(19);
    StringBuilder text = new StringBuilder(spell(dice, value));
    ImmutableList.Builder<String> steps = ImmutableList.builder();
    for (int i = 0; i < count; i++) {
      int kind = dice.roll(6);
      int operand = 2 + dice.roll(8);
      int next;
      String written;
      if (kind < 2) {
        text.append(", add ").append(spell(dice, operand));
        next = value + operand;
        written = "+" + operand;
      } else if (kind < 4) {
        text.append(", take ").append(spell(dice, operand));
        next = value - operand;
        written = "-" + operand;
      } else if (kind == 4) {
        text.append(", double");
        next = value * 2;
        written = "*2";
      } else {
        text.append(", halve");
        next = value % 2 == 0 ? value / 2 : 0;
        written = "/2";
      }
      if (next < 1 || next > LARGEST) {
        return new Problem("", ImmutableList.of(), 0);
      }
      steps.add(value + written + "=" + next);
      value = next;
    }
    return new Problem(text.append(':').toString(), steps.build(), value);
  }

  private static String spell(Dice dice, int number) {
    boolean word = dice.roll(2) == 0;
    return word && number < WORDS.size() ? WORDS.get(number) : Integer.toString(number);
  }

  private static final class Dice {
    private final long stream;
    private long counter;

    Dice(long stream) {
      this.stream = stream;
    }

    int roll(int sides) {
      return (int) (CounterRandom.uniform(PROBLEMS, stream, counter++) * sides);
    }
  }
}
