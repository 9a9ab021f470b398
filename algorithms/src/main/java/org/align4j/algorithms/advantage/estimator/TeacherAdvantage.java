package org.align4j.algorithms.advantage.estimator;

import static com.google.common.base.Preconditions.checkNotNull;

import org.align4j.algorithms.advantage.AdvantageEstimator;
import org.align4j.algorithms.advantage.AdvantageSettings;
import org.align4j.algorithms.advantage.Advantages;
import org.align4j.algorithms.advantage.Experience;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * On-policy distillation: what a token's log-prob under the teacher is above that under the policy
 * that sampled it. Its mean is minus the reverse KL, so the policy gradient with it is that of
 * {@code KL(π‖π_T)} token by token, each token answering for itself alone (discount 0). Scores do
 * not count.
 *
 * <p>{@code A_t = log π_T − log π_old}, without whitening. The reference of the experience is the
 * teacher. Lu et al. 2025, "On-policy distillation"; prime-rl {@code ref_kl_loss_fn}; verl {@code
 * distillation/losses.py}.
 */
public final class TeacherAdvantage implements AdvantageEstimator {

  @Override
  public String name() {
    return "distillation";
  }

  @Override
  public Advantages estimate(Experience experience, AdvantageSettings settings) {
    INDArray mask = experience.responseMask();
    INDArray teacher =
        checkNotNull(
            experience.refLogProbs(),
            "the teacher's log-probs are missing: they are the reference");
    INDArray advantages = teacher.sub(experience.logProbs()).muli(mask);
    return new Advantages(advantages, advantages, advantages.sum(1), advantages.neg());
  }
}
