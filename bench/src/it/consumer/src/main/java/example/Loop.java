package example;

import org.align4j.algorithms.data.ArithmeticTask;
import org.align4j.algorithms.reward.Rewards;
import org.align4j.algorithms.settings.RlSettings;
import org.align4j.algorithms.train.ArithmeticModel;
import org.align4j.algorithms.train.codec.ModelCodec;
import org.align4j.algorithms.train.RlModels;
import org.align4j.algorithms.train.RlTrainer;
import org.align4j.core.engine.Engine;
import org.align4j.models.policy.Policy;
import org.align4j.models.policy.Reference;

/** The loop of the README: REINFORCE++ on the embedded task. */
public final class Loop {

  private Loop() {}

  public static void main(String[] args) {
    int updates = args.length > 0 ? Integer.parseInt(args[0]) : 40;
    RlSettings settings =
        RlSettings.arithmetic()
            .withAlgorithm("reinforce++")
            .withRollout(r -> r.withPrompts(16).withSamples(8))
            .withUpdate(u -> u.withLearningRate(1e-4));
    try (Policy policy = ArithmeticModel.pretrained(Engine.PLAN);
        Reference reference = Reference.of(policy);
        RlTrainer trainer =
            new RlTrainer(
                settings,
                RlModels.of(policy, reference, null),
                ModelCodec.of(policy),
                ArithmeticTask.training(),
                Rewards.named("math"))) {
      for (int i = 0; i < updates; i++) {
        System.out.println(trainer.step().metrics().get("train/reward"));
      }
    }
  }
}
