package org.align4j.algorithms.reward;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * A score for right and wrong answers that depends on the length of the response along half a
 * cosine: right ones fall from {@code rightShort} to {@code rightLong}, wrong ones rise from {@code
 * wrongShort} to {@code wrongLong} at {@code maxLength} characters, {@code long + ½(short − long)(1
 * + cos(π·length/maxLength))}. Open-R1 {@code rewards.py}, get_cosine_scaled_reward, whose defaults
 * are {@link Scale#OPEN_R1}; beyond {@code maxLength}, where theirs turns round, it stays.
 */
public final class CosineReward implements Reward {

  /**
   * Scores at length 0 and at {@code maxLength}.
   *
   * @param maxLength characters (Unicode code points), above 0
   */
  public record Scale(
      double rightShort, double rightLong, double wrongShort, double wrongLong, int maxLength) {

    /** 1 to 0.5 for right answers, −1 to −0.5 for wrong ones, over 1,000 characters. */
    public static final Scale OPEN_R1 = new Scale(1, 0.5, -1, -0.5, 1000);

    /** Checks that scores are finite and there is a length. */
    public Scale {
      checkArgument(maxLength > 0, "maxLength is %s: it must be at least 1", maxLength);
      checkArgument(
          Double.isFinite(rightShort + rightLong + wrongShort + wrongLong),
          "the scores %s, %s, %s, %s are not all finite",
          rightShort,
          rightLong,
          wrongShort,
          wrongLong);
    }
  }

  private final Reward correctness;
  private final Scale scale;

  /**
   * A reward on top of another one.
   *
   * @param correctness says which answers are right; closed with this one
   */
  public CosineReward(Reward correctness, Scale scale) {
    this.correctness = correctness;
    this.scale = scale;
  }

  @Override
  public boolean needsAnswer() {
    return correctness.needsAnswer();
  }

  @Override
  public String name() {
    return "cosine";
  }

  @Override
  public int concurrency() {
    return correctness.concurrency();
  }

  @Override
  public Judgement judge(Completion completion) {
    Judgement judgement = correctness.judge(completion);
    if (judgement.isFailed()) {
      return judgement;
    }
    String text = completion.text();
    double progress =
        Math.min(1, text.codePointCount(0, text.length()) / (double) scale.maxLength());
    boolean right = correctness.isRight(judgement);
    double atStart = right ? scale.rightShort() : scale.wrongShort();
    double atEnd = right ? scale.rightLong() : scale.wrongLong();
    double score = atEnd + 0.5 * (atStart - atEnd) * (1 + Math.cos(Math.PI * progress));
    return new Judgement(score, right ? "correct" : "wrong");
  }

  @Override
  public void close() {
    correctness.close();
  }
}
