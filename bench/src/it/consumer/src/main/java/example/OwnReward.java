package example;

import java.time.Duration;
import java.util.List;
import org.align4j.algorithms.data.ArithmeticTask;
import org.align4j.algorithms.reward.Reward;
import org.align4j.algorithms.reward.judging.RewardLimits;
import org.align4j.algorithms.reward.Rewards;
import org.align4j.algorithms.reward.WeightedReward;
import org.align4j.algorithms.settings.input.OnFailure;
import org.align4j.algorithms.settings.RlSettings;
import org.align4j.algorithms.train.ArithmeticModel;
import org.align4j.algorithms.train.codec.ModelCodec;
import org.align4j.algorithms.train.RlModels;
import org.align4j.algorithms.train.RlTrainer;
import org.align4j.core.engine.Engine;
import org.align4j.models.policy.Policy;
import org.align4j.models.policy.Reference;

/** The program of docs/rewards.md: a reward of one's own beside the verifier. */
public final class OwnReward {

  private OwnReward() {}

  public static void main(String[] args) {
    Reward brief = Reward.of("brief", (prompt, response) -> response.length() <= 40 ? 1 : 0);
    Reward sum =
        new WeightedReward(
            List.of(
                new WeightedReward.Component("math", 0.9, Rewards.named("math")),
                new WeightedReward.Component("brief", 0.1, brief)));
    RewardLimits limits =
        RewardLimits.DEFAULT.withPerResponse(Duration.ofSeconds(5)).withOnFailure(OnFailure.DROP);
    try (Policy policy = ArithmeticModel.pretrained(Engine.PLAN);
        Reference reference = Reference.of(policy);
        RlTrainer trainer =
            new RlTrainer(
                RlSettings.arithmetic().withAlgorithm("reinforce++"),
                RlModels.of(policy, reference, null),
                ModelCodec.of(policy),
                ArithmeticTask.training(),
                sum,
                limits)) {
      var metrics = trainer.step().metrics();
      System.out.println(metrics.get("score/math") + " " + metrics.get("score/brief"));
    }
  }
}
