package org.align4j.algorithms.reward;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** 1 for a response in which a regular expression is found, else 0. */
public final class FormatReward implements Reward {

  /** As Python's {@code re.DOTALL | re.MULTILINE}, which knows one line terminator. */
  private static final int PEERS = Pattern.DOTALL | Pattern.MULTILINE | Pattern.UNIX_LINES;

  private final String name;
  private final Pattern pattern;

  private FormatReward(String name, Pattern pattern) {
    this.name = name;
    this.pattern = pattern;
  }

  /**
   * Reasoning and answer in tags on lines of their own, as Open-R1's {@code format_reward} wants
   * them ({@code src/open_r1/rewards.py}).
   */
  public static FormatReward thinkAnswer() {
    return new FormatReward(
        "format", Pattern.compile("\\A<think>\n.*?\n</think>\n<answer>\n.*?\n</answer>$", PEERS));
  }

  /** Reasoning in tags, once, at the beginning: TRL's {@code think_format_reward}. */
  public static FormatReward think() {
    return new FormatReward(
        "think", Pattern.compile("\\A<think>(?!.*<think>)(.*?)</think>.*$", PEERS));
  }

  /**
   * Your own pattern, found anywhere in the response unless it is anchored.
   *
   * @throws IllegalArgumentException for what is no regular expression
   */
  public static FormatReward of(String name, String regex) {
    return new FormatReward(name, pattern(regex));
  }

  /** A regular expression of a user. */
  public static Pattern pattern(String regex) {
    try {
      return Pattern.compile(regex);
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(
          "pattern %s is not a regular expression: %s at %s"
              .formatted(Excerpt.of(regex), e.getDescription(), e.getIndex()),
          e);
    }
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int concurrency() {
    return Math.max(1, Runtime.getRuntime().availableProcessors());
  }

  @Override
  public Judgement judge(Completion completion) {
    Matcher matcher = pattern.matcher(new Interruptible(completion.text()));
    return Judgement.of(matcher.find() ? 1 : 0);
  }

  /** A text whose matching ends when its thread is interrupted: backtracking can take for ever. */
  private record Interruptible(String text) implements CharSequence {

    @Override
    public int length() {
      return text.length();
    }

    @Override
    public char charAt(int index) {
      if (Thread.currentThread().isInterrupted()) {
        throw new RewardException("interrupted while a pattern was matched", null);
      }
      return text.charAt(index);
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return text.subSequence(start, end);
    }

    @Override
    public String toString() {
      return text;
    }
  }
}
