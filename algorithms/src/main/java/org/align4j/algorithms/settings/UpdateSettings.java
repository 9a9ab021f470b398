package org.align4j.algorithms.settings;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.OptionalInt;
import org.align4j.algorithms.settings.field.Doc;
import org.align4j.algorithms.settings.field.FieldChecks;
import org.align4j.algorithms.settings.field.Fields;
import org.align4j.core.optim.AdamWSettings;
import org.align4j.core.optim.LearningRateSchedule;
import org.align4j.core.optim.LearningRateSchedule.Decay;

/**
 * How the trained network learns: reinforcement learning, supervised fine-tuning and preferences
 * alike; see the {@link Doc} of each component.
 */
public record UpdateSettings(
    @Doc("Samples, examples or pairs of one optimiser step (mini-batch); paper, table 1: 128.")
        int samples,
    @Doc("Passes over each rollout batch, or over all the data; OpenRLHF 0.5.5: 1.") int epochs,
    @Doc(
            value =
                "Tokens of one forward pass: memory and speed; results differ by rounding only.",
            changesResults = false)
        int microBatchTokens,
    @Doc(
            "Parts of a mini-batch, a power of two, whose gradients are added up along a binary tree:"
                + " what as many executors can compute side by side; 1: none. Reinforcement learning"
                + " only.")
        int gradientShards,
    @Doc("Peak learning rate; paper, table 1: 5e-7 for the policy of 8B.") double learningRate,
    @Doc(
            value =
                "Updates over which learning rates rise from 0; auto: none in reinforcement learning"
                    + " (paper), else 3 % of the steps (OpenRLHF).",
            unset = "auto")
        OptionalInt warmupUpdates,
    @Doc(
            value =
                "Updates after which learning rates have fallen along half a cosine to a tenth"
                    + " (OpenRLHF's cosine_with_min_lr), 0 for a constant rate; auto: constant in"
                    + " reinforcement learning, else all steps.",
            unset = "auto")
        OptionalInt decayUpdates,
    @Doc("The global gradient norm is clipped to this, 0 for no clipping; OpenRLHF 1.")
        double maxNorm,
    @Doc("Weight decay of AdamW; OpenRLHF 0.") double weightDecay,
    @Doc(
            "Decay of a moving average of the policy, saved as policy-ema; 0 for none; OpenRLHF's"
                + " --enable_ema has 0.992.")
        double emaDecay) {

  /** FieldChecks every field. */
  public UpdateSettings {
    FieldChecks.positive("update.samples", samples);
    FieldChecks.positive("update.epochs", epochs);
    FieldChecks.positive("update.microBatchTokens", microBatchTokens);
    checkArgument(
        gradientShards > 0 && Integer.bitCount(gradientShards) == 1,
        "update.gradientShards is %s: it must be a power of two",
        gradientShards);
    FieldChecks.notNegative("update.learningRate", learningRate);
    FieldChecks.notNegative("update.warmupUpdates", warmupUpdates.orElse(0));
    int decay = decayUpdates.orElse(0);
    checkArgument(
        decay == 0 || decay > warmupUpdates.orElse(0),
        "update.decayUpdates is %s: it must be 0 (no decay) or above update.warmupUpdates, %s",
        decay,
        warmupUpdates.orElse(0));
    FieldChecks.notNegative("update.maxNorm", maxNorm);
    FieldChecks.notNegative("update.weightDecay", weightDecay);
    checkArgument(
        emaDecay >= 0 && emaDecay < 1, "update.emaDecay is %s: it must be in [0, 1)", emaDecay);
  }

  /** With another size of the mini-batch. */
  public UpdateSettings withSamples(int value) {
    return Fields.replace(this, "samples", value);
  }

  /** With another number of passes. */
  public UpdateSettings withEpochs(int value) {
    return Fields.replace(this, "epochs", value);
  }

  /** With other micro-batches. */
  public UpdateSettings withMicroBatchTokens(int value) {
    return Fields.replace(this, "microBatchTokens", value);
  }

  /** With mini-batches cut into so many shards. */
  public UpdateSettings withGradientShards(int value) {
    return Fields.replace(this, "gradientShards", value);
  }

  /** With another peak learning rate. */
  public UpdateSettings withLearningRate(double value) {
    return Fields.replace(this, "learningRate", value);
  }

  /** With another warm-up; 0 for none. */
  public UpdateSettings withWarmupUpdates(int value) {
    return Fields.replace(this, "warmupUpdates", OptionalInt.of(value));
  }

  /** With another decay; 0 for a constant rate. */
  public UpdateSettings withDecayUpdates(int value) {
    return Fields.replace(this, "decayUpdates", OptionalInt.of(value));
  }

  /** With another bound of the gradient norm; 0 for none. */
  public UpdateSettings withMaxNorm(double value) {
    return Fields.replace(this, "maxNorm", value);
  }

  /** With another weight decay. */
  public UpdateSettings withWeightDecay(double value) {
    return Fields.replace(this, "weightDecay", value);
  }

  /** With a moving average of the policy; 0 for none. */
  public UpdateSettings withEmaDecay(double value) {
    return Fields.replace(this, "emaDecay", value);
  }

  /** Refuses shards where only reinforcement learning has them. */
  void checkWhole() {
    checkArgument(
        gradientShards == 1,
        "update.gradientShards is %s: only reinforcement learning is cut into shards; leave it 1",
        gradientShards);
  }

  /** The optimiser's settings. */
  public AdamWSettings optimizer() {
    return AdamWSettings.DEFAULT
        .withWeightDecay(weightDecay)
        .withMaxNorm(maxNorm == 0 ? Double.POSITIVE_INFINITY : maxNorm);
  }

  /** Optimiser steps of the passes over so many examples; the last may reach into the next pass. */
  int stepsOver(int examples) {
    return Math.toIntExact(Math.ceilDiv((long) examples * epochs, samples));
  }

  /** Learning rates of a run without end: constant where nothing else is set. */
  public LearningRateSchedule schedule(double peak) {
    return schedule(peak, warmupUpdates.orElse(0), decayUpdates.orElse(0));
  }

  /** Learning rates of a run of so many steps: 3 % up, then down, where nothing else is set. */
  public LearningRateSchedule scheduleOver(int steps) {
    return schedule(
        learningRate,
        warmupUpdates.orElse((int) Math.round(0.03 * steps)),
        decayUpdates.orElse(steps));
  }

  private static LearningRateSchedule schedule(double peak, int warmup, int decay) {
    return decay == 0
        ? new LearningRateSchedule(peak, warmup, 1, Decay.CONSTANT, 1)
        : LearningRateSchedule.cosine(peak, warmup, decay);
  }
}
