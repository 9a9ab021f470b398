package org.align4j.bench.reproduce.preference;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.align4j.algorithms.data.ArithmeticTask;
import org.align4j.algorithms.data.Prompts;
import org.align4j.algorithms.reward.Rewards;
import org.align4j.algorithms.train.codec.ModelCodec;
import org.align4j.algorithms.train.evaluation.Evaluation;
import org.align4j.algorithms.train.evaluation.Evaluator;
import org.align4j.core.engine.SamplingSettings;
import org.align4j.core.file.AtomicFiles;
import org.align4j.core.file.JsonFiles;
import org.align4j.core.random.CounterRandom;
import org.align4j.models.generate.GenerationSettings;
import org.align4j.models.policy.Policy;

/** Pairs of a policy's own samples at temperature 1, one pair a prompt, labelled by a rule. */
final class PairMaker {

  private static final long LABELS = CounterRandom.stream("preference labels");
  private static final int SLOTS = 128;
  private static final int PER_PROMPT = 2;

  private final Policy policy;
  private final int prompts;
  private final int maxNewTokens;
  private final Labeller labeller;
  private final List<ObjectNode> lines = new ArrayList<>();
  private final PairFacts facts = new PairFacts();

  /**
   * @param prompts of the task's training problems, from the end, so that they are not the first
   *     that a run meets
   */
  PairMaker(Policy policy, int prompts, int maxNewTokens, Labeller labeller) {
    this.policy = policy;
    this.prompts = prompts;
    this.maxNewTokens = maxNewTokens;
    this.labeller = labeller;
  }

  /** Samples, writes the pairs as JSON lines and answers what is to be said of them. */
  PairFacts write(Path file) {
    Prompts all = ArithmeticTask.training();
    Evaluation evaluation =
        new Evaluator(policy.generator(SLOTS), ModelCodec.of(policy), Rewards.named("math"))
            .sampled(
                all.slice(all.size() - prompts, all.size()),
                prompts,
                PER_PROMPT,
                GenerationSettings.of(maxNewTokens).withSampling(SamplingSettings.DEFAULT),
                1);
    for (int i = 0; i < evaluation.samples().size(); i += PER_PROMPT) {
      label(sample(evaluation, i), sample(evaluation, i + 1), i);
    }
    StringBuilder text = new StringBuilder();
    lines.forEach(line -> text.append(line).append('\n'));
    AtomicFiles.writeString(file, text.toString());
    return facts;
  }

  private static Sample sample(Evaluation evaluation, int index) {
    var scored = evaluation.samples().get(index);
    return new Sample(
        scored.completion().prompt(),
        scored.completion().text(),
        scored.tokens(),
        evaluation.right().get(index));
  }

  private void label(Sample first, Sample second, int index) {
    facts.sampled(first);
    facts.sampled(second);
    OptionalDouble preference = labeller.preference(first, second);
    if (preference.isEmpty()) {
      return;
    }
    boolean firstWins = CounterRandom.uniform(LABELS, index, 0) < preference.getAsDouble();
    Sample chosen = firstWins ? first : second;
    Sample rejected = firstWins ? second : first;
    facts.labelled(chosen, rejected);
    ObjectNode line = JsonFiles.mapper().createObjectNode();
    line.put("prompt", first.prompt().text());
    line.put("chosen", chosen.text());
    line.put("rejected", rejected.text());
    lines.add(line);
  }
}
