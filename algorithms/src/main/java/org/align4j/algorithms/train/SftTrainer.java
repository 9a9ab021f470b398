package org.align4j.algorithms.train;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableMap;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import org.align4j.algorithms.data.Shuffle;
import org.align4j.algorithms.data.TextPair;
import org.align4j.algorithms.settings.SftSettings;
import org.align4j.algorithms.train.codec.LabelledTokens;
import org.align4j.algorithms.train.codec.PromptCheck;
import org.align4j.algorithms.train.codec.PromptCodec;
import org.align4j.algorithms.train.step.NonFiniteGuard;
import org.align4j.algorithms.train.step.TrainStep;
import org.align4j.algorithms.train.step.TrainingState;
import org.align4j.core.engine.Network;
import org.align4j.core.engine.NotFiniteException;
import org.align4j.core.engine.Scores;
import org.align4j.core.metric.MetricSink;
import org.align4j.core.optim.LearningRateSchedule;
import org.align4j.core.optim.UpdateReport;
import org.align4j.core.tensor.Parameters;
import org.align4j.models.policy.MicroBatch;
import org.align4j.models.policy.PackedSequences;
import org.align4j.models.policy.TokenSequence;

/**
 * Supervised fine-tuning: the mean negative log-prob of response tokens, prompts not counted.
 * Examples are packed without padding; the denominator is the step's, whatever the micro-batches.
 */
public final class SftTrainer implements AutoCloseable {

  private final TrainStep training;
  private final PromptCodec codec;
  private final IntFunction<TextPair> examples;
  private final Shuffle shuffle;
  private final SftSettings settings;
  private final LearningRateSchedule schedule;
  private final int steps;
  private int step;

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
    this.codec = codec;
    this.examples = examples;
    this.settings = settings;
    this.shuffle = new Shuffle("supervised order", settings.seed(), size);
    this.training =
        new TrainStep(
            "policy", network, settings.update().optimizer(), settings.update().emaDecay());
    this.steps = settings.stepsOver(size);
    this.schedule = settings.update().scheduleOver(steps);
  }

  /**
   * What a step did.
   *
   * @param tokens that were computed: a shared prefix is computed once
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

  /** Listens to each step. */
  @FunctionalInterface
  public interface Listener {
    void onStep(Report report);
  }

  /** Steps to the end of the settings. */
  public void run(MetricSink sink, Listener listener) {
    while (step < steps) {
      Report report = step();
      sink.record(report.step(), report.metrics());
      listener.onStep(report);
    }
  }

  /** Writes all that the rest of the run depends on into a new folder. */
  public void save(Path folder) {
    state().save(folder, counters());
  }

  /**
   * Goes on from a state that {@link #save} wrote, bit for bit.
   *
   * @throws IllegalArgumentException for a state of another model or of other settings, and for a
   *     damaged one: nothing has changed then
   */
  public void resume(Path folder) {
    step = Math.toIntExact(state().load(folder, counters()).count("steps"));
  }

  private TrainingState state() {
    return new TrainingState(
        new TrainingState.Parts(
            "supervised fine-tuning",
            settings,
            ImmutableMap.of("policy", training),
            ImmutableMap.of()));
  }

  private TrainingState.Counters counters() {
    return new TrainingState.Counters(ImmutableMap.of("steps", (long) step), ImmutableMap.of());
  }

  /**
   * What becomes of updates that met a number which is not finite; without one they end the run.
   */
  public void guard(NonFiniteGuard guard) {
    training.guard(guard);
  }

  /** The moving average of the policy, live, where {@code update.emaDecay} asks for one. */
  public Optional<Parameters> average() {
    return training.average();
  }

  /** Steps done. */
  public int done() {
    return step;
  }

  /** Optimiser steps of the whole run. */
  public int steps() {
    return steps;
  }

  /** One optimiser step. */
  public Report step() {
    List<Example> batch = new ArrayList<>();
    for (int i = 0; i < settings.update().samples(); i++) {
      batch.add(encode(examples.apply(shuffle.at((long) step * settings.update().samples() + i))));
    }
    PackedSequences packed = packed(batch, training.tokens(settings.update().microBatchTokens()));
    double labels = batch.stream().mapToDouble(Example::labels).sum();
    checkArgument(labels > 0, "the examples of step %s have no response token", step + 1);
    Loss loss = new Loss(weights(batch), labels);
    UpdateReport report = training.run(packed, loss, schedule.at(step));
    step++;
    return new Report(
        step, loss.value, report.learningRate(), report.gradientNorm(), TrainStep.computed(packed));
  }

  /** Mean negative log-prob over the labels of the whole step. */
  private static final class Loss implements TrainStep.Loss {

    private final float[][] weights;
    private final double labels;
    private double value;

    Loss(float[][] weights, double labels) {
      this.weights = weights;
      this.labels = labels;
    }

    @Override
    public TrainStep.Coefficients of(MicroBatch batch, Scores scores) {
      float[] counts = batch.gather(weights);
      value -= sum(scores, counts) / labels;
      float[] gradient = new float[counts.length];
      for (int m = 0; m < counts.length; m++) {
        gradient[m] = (float) (-counts[m] / labels);
      }
      return new TrainStep.Coefficients(gradient, null);
    }
  }

  /** Mean loss per response token of other examples. */
  public double evaluate(List<TextPair> heldOut) {
    List<Example> encoded = heldOut.stream().map(this::encode).toList();
    float[][] weights = weights(encoded);
    double labels = encoded.stream().mapToDouble(Example::labels).sum();
    double loss = 0;
    for (MicroBatch part : packed(encoded, settings.update().microBatchTokens()).batches()) {
      loss -=
          sum(training.network().score(part.batch()), part.gather(weights)) / Math.max(1, labels);
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

  @Override
  public void close() {
    training.close();
  }
}
