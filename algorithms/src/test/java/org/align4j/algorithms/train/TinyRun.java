package org.align4j.algorithms.train;

import java.util.Optional;
import org.align4j.algorithms.data.Prompt;
import org.align4j.algorithms.data.Prompts;
import org.align4j.algorithms.reward.Completion;
import org.align4j.algorithms.reward.Judgement;
import org.align4j.algorithms.reward.Reward;
import org.align4j.algorithms.settings.RlSettings;
import org.align4j.algorithms.train.codec.ModelCodec;
import org.align4j.core.engine.Engine;
import org.align4j.models.checkpoint.Checkpoint;
import org.align4j.models.policy.Critic;
import org.align4j.models.policy.Policy;
import org.align4j.models.policy.Reference;
import org.align4j.models.text.CharTokenizer;
import org.align4j.models.transformer.Initialization;
import org.align4j.models.transformer.ModelHead;
import org.align4j.models.transformer.TransformerConfig;

/** A trainer on a model of a few hundred parameters: every test starts from the same one. */
public final class TinyRun implements AutoCloseable {

  public static final RlSettings SETTINGS =
      RlSettings.arithmetic()
          .with("rollout.prompts", "4")
          .with("rollout.samples", "4")
          .with("update.samples", "8")
          .with("rollout.maxNewTokens", "6")
          .with("kl.coefficient", "0.01")
          .with("update.learningRate", "1e-2")
          .with("critic.learningRate", "1e-2");

  public final Policy policy;
  public final Critic critic;
  public final Reference reference;
  public final RlTrainer trainer;

  public TinyRun(RlSettings settings, Engine engine) {
    this(settings, engine, new ShareOfAs());
  }

  public TinyRun(RlSettings settings, Engine engine, Reward reward) {
    CharTokenizer tokenizer = new CharTokenizer("abc");
    var config =
        TransformerConfig.llama(tokenizer.vocabSize(), 8, 8, 1, 2, 2, 32, CharTokenizer.EOS);
    policy =
        Policy.of(
            new Checkpoint(
                config,
                Initialization.random(config, ModelHead.LANGUAGE, 5),
                Optional.of(tokenizer),
                Optional.empty()),
            engine);
    critic = Critic.of(policy, 6);
    reference = Reference.of(policy);
    trainer =
        new RlTrainer(
            settings,
            RlModels.of(policy, reference, critic),
            ModelCodec.of(policy),
            prompts(),
            reward);
  }

  static Prompts prompts() {
    return Prompts.of(
        java.util.stream.IntStream.range(0, 9)
            .mapToObj(
                i -> Prompt.text("p" + i, "abc".substring(i % 3) + "abc".substring(i / 3), ""))
            .toList());
  }

  /** Share of the letter a among the response's characters: a reward any policy can raise. */
  public static final class ShareOfAs implements Reward {
    @Override
    public String name() {
      return "share-of-as";
    }

    @Override
    public Judgement judge(Completion completion) {
      String text = completion.text();
      double as = text.chars().filter(c -> c == 'a').count();
      return new Judgement(text.isEmpty() ? 0 : as / text.length(), "");
    }
  }

  @Override
  public void close() {
    trainer.close();
    critic.close();
    reference.close();
    policy.close();
  }
}
