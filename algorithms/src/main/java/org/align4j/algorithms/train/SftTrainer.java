package org.align4j.algorithms.train;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import org.align4j.algorithms.data.TextPair;
import org.align4j.core.engine.Network;
import org.align4j.core.engine.NotFiniteException;
import org.align4j.core.engine.Scores;
import org.align4j.core.metric.MetricSink;
import org.align4j.core.optim.AdamW;
import org.align4j.core.optim.AdamWSettings;
import org.align4j.core.optim.LearningRateSchedule;
import org.align4j.core.optim.ParameterGroup;
import org.align4j.core.optim.UpdateReport;
import org.align4j.core.random.CounterRandom;
import org.align4j.models.policy.MicroBatch;
import org.align4j.models.policy.PackedSequences;
import org.align4j.models.policy.TokenSequence;

/**
 * Supervised fine-tuning: the mean negative log-prob of response tokens, prompts not counted.
 * Examples are packed without padding; the denominator is the step's, whatever the micro-batches.
 */
public final class SftTrainer implements AutoCloseable {

  private static final long ORDER = CounterRandom.stream("supervised order");

  private final Network network;
  private final PromptCodec codec;
  private final IntFunction<TextPair> examples;
  private final int size;
  private final SftSettings settings;
  private final AdamW optimizer;
  private final LearningRateSchedule schedule;
  private int step;
  private int[] order = {};
  private long shuffledPass = -1;

  /**
   * A trainer at its beginning.
   *
   * @param network with a language head
   * @param examples by index in {@code [0,size)}; {@link PromptCheck#usableExamples} finds out
   *     beforehand which ones could not be trained on
   */
  public SftTrainer(
      Network network,
      PromptCodec codec,
      IntFunction<TextPair> examples,
      int size,
      SftSettings settings) {
    checkArgument(size > 0, "there are no examples");
    this.network = network;
    this.codec = codec;
    this.examples = examples;
    this.size = size;
    this.settings = settings;
    this.optimizer =
        new AdamW(
            network.parameters(),
            AdamWSettings.DEFAULT
                .withWeightDecay(settings.weightDecay())
                .withMaxNorm(
                    settings.maxNormClip() == 0
                        ? Double.POSITIVE_INFINITY
                        : settings.maxNormClip()),
            ImmutableList.of(ParameterGroup.withoutDecay()));
    this.schedule =
        LearningRateSchedule.cosine(
            settings.learningRate(),
            Math.round(settings.warmupRatio() * settings.steps()),
            settings.steps());
  }

  /**
   * What a step did.
   *
   * @param tokens that were computed: what examples begin with in common is computed once
   */
  public record Report(
      int step, double loss, double learningRate, double gradientNorm, long tokens) {

    /** As metrics: {@code sft/loss} and so on. */
    public ImmutableMap<String, Double> metrics() {
      return ImmutableMap.of(
          "sft/loss", loss,
          "sft/learning_rate", learningRate,
          "sft/gradient_norm", gradientNorm,
          "sft/tokens", (double) tokens);
    }
  }

  /** Is told of each step. */
  @FunctionalInterface
  public interface Listener {
    void onStep(Report report);
  }

  /** Steps to the end of the settings. */
  public void run(MetricSink sink, Listener listener) {
    while (step < settings.steps()) {
      Report report = step();
      sink.record(report.step(), report.metrics());
      listener.onStep(report);
    }
  }

  /** One optimiser step. */
  public Report step() {
    List<Example> batch = new ArrayList<>();
    for (int i = 0; i < settings.batchSize(); i++) {
      batch.add(encode(examples.apply(index((long) step * settings.batchSize() + i))));
    }
    int budget = Math.min(settings.microBatchTokens(), network.preferredTokens());
    PackedSequences packed = packed(batch, budget);
    float[][] weights = weights(batch);
    double labels = batch.stream().mapToDouble(Example::labels).sum();
    checkArgument(labels > 0, "the examples of step %s have no response token", step + 1);
    network.gradients().zero();
    double loss = 0;
    long tokens = 0;
    for (MicroBatch part : packed.batches()) {
      float[] counts = part.gather(weights);
      loss -= sum(network.forward(part.batch()), counts) / labels;
      float[] gradient = new float[counts.length];
      for (int m = 0; m < counts.length; m++) {
        gradient[m] = (float) (-counts[m] / labels);
      }
      network.backward(gradient, null);
      tokens += part.batch().tokens().length;
    }
    UpdateReport report = optimizer.update(network.gradients(), schedule.at(step));
    if (report.applied()) {
      network.parametersChanged();
    }
    step++;
    return new Report(step, loss, report.learningRate(), report.gradientNorm(), tokens);
  }

  /** Mean loss per response token of other examples. */
  public double evaluate(List<TextPair> heldOut) {
    List<Example> encoded = heldOut.stream().map(this::encode).toList();
    float[][] weights = weights(encoded);
    double labels = encoded.stream().mapToDouble(Example::labels).sum();
    double loss = 0;
    for (MicroBatch part : packed(encoded, settings.microBatchTokens()).batches()) {
      loss -= sum(network.score(part.batch()), part.gather(weights)) / Math.max(1, labels);
    }
    return loss;
  }

  /** Sum of the log-probs of a micro-batch's labels, each as often as it is learned. */
  private static double sum(Scores scores, float[] counts) {
    NotFiniteException.checkScores(scores.outputs());
    double sum = 0;
    for (int m = 0; m < counts.length; m++) {
      sum += (double) counts[m] * scores.outputs()[m];
    }
    return sum;
  }

  /**
   * An example from its beginning to the last token that is learned.
   *
   * @param weights of the response tokens: 1 for those that are learned, else 0
   */
  private record Example(TokenSequence sequence, float[] weights) {
    double labels() {
      double labels = 0;
      for (float weight : weights) {
        labels += weight;
      }
      return labels;
    }
  }

  private static PackedSequences packed(List<Example> examples, int budget) {
    return PackedSequences.ofResponses(
        examples.stream().map(Example::sequence).toList(), budget, 1f);
  }

  private static float[][] weights(List<Example> examples) {
    return examples.stream().map(Example::weights).toArray(float[][]::new);
  }

  private Example encode(TextPair pair) {
    LabelledTokens tokens = codec.example(pair);
    int first = tokens.first();
    checkArgument(
        first < settings.maxLength(),
        "prompt %s has %s tokens, maxLength is %s: nothing is left for the response",
        pair.prompt().id(),
        first,
        settings.maxLength());
    int end = Math.clamp(tokens.end(), first, settings.maxLength());
    float[] weights = new float[end - first];
    for (int t = 0; t < weights.length; t++) {
      weights[t] = tokens.learned()[first + t] ? 1 : 0;
    }
    return new Example(
        new TokenSequence(
            Arrays.copyOf(tokens.ids(), first), Arrays.copyOfRange(tokens.ids(), first, end)),
        weights);
  }

  /** Every pass over the examples is in another order, which depends on seed and pass only. */
  private int index(long position) {
    long pass = position / size;
    if (pass != shuffledPass) {
      order = new int[size];
      for (int i = 0; i < size; i++) {
        int j = (int) (CounterRandom.uniform(settings.seed() ^ ORDER, pass, i) * (i + 1));
        order[i] = order[j];
        order[j] = i;
      }
      shuffledPass = pass;
    }
    return order[(int) (position % size)];
  }

  @Override
  public void close() {
    optimizer.close();
  }
}
