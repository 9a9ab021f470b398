package example;

import org.align4j.algorithms.reward.Completion;
import org.align4j.algorithms.reward.Judgement;
import org.align4j.algorithms.reward.Reward;

/** A reward of one's own: 1 for a response of at most 40 characters. */
public final class Brief implements Reward {

  @Override
  public String name() {
    return "brief";
  }

  @Override
  public Judgement judge(Completion completion) {
    return Judgement.of(completion.text().length() <= 40 ? 1 : 0);
  }
}
