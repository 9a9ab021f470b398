package org.align4j.cuda.check.model;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.align4j.core.batch.SequenceLayout;
import org.align4j.core.batch.TokenBatch;
import org.align4j.core.engine.Network;
import org.align4j.core.engine.Optimiser;
import org.align4j.core.runtime.Precision;
import org.align4j.cuda.check.Card;
import org.align4j.cuda.check.Report;

/** Scores and trains on batches of random tokens, of the size that the engine prefers. */
final class Trainer {

  private static final int MOST_TOKENS = 8192;
  private static final int STEPS = 3;

  private final Card card;
  private final Report report;
  private final LlamaShape shape;
  private final Precision precision;
  private final Runnable watch;

  Trainer(Card card, Report report, LlamaShape shape, Precision precision, Runnable watch) {
    this.card = card;
    this.report = report;
    this.shape = shape;
    this.precision = precision;
    this.watch = watch;
  }

  /** Sequences of equal length, each of whose tokens but the first is a label. */
  static TokenBatch batch(int vocabulary, int sequences, int length) {
    int tokens = sequences * length;
    int[] ids = new Random(1).ints(tokens, 0, vocabulary).toArray();
    int[] offsets = new int[sequences + 1];
    int[] prefix = new int[sequences];
    Arrays.fill(prefix, -1);
    int[] rows = new int[sequences * (length - 1)];
    int[] labels = new int[rows.length];
    int m = 0;
    for (int s = 0; s < sequences; s++) {
      offsets[s + 1] = (s + 1) * length;
      for (int i = 0; i < length - 1; i++) {
        rows[m] = s * length + i;
        labels[m++] = ids[s * length + i + 1];
      }
    }
    return new TokenBatch(ids, new SequenceLayout(offsets, prefix), rows, labels, 1);
  }

  private TokenBatch batch(Network network) {
    int length = card.small() ? 16 : 512;
    int tokens = card.small() ? 32 : Math.min(MOST_TOKENS, network.preferredTokens());
    return batch(shape.vocabulary(), Math.max(1, tokens / length), length);
  }

  /** Scores a batch, and again in parts: the same bits. */
  void score(Network network) {
    TokenBatch batch = batch(network);
    float[] scores = network.score(batch).outputs();
    long start = System.nanoTime();
    for (int i = 0; i < STEPS; i++) {
      network.score(batch);
    }
    speed("scoring", batch, (System.nanoTime() - start) / 1e9 / STEPS);
    watch.run();
    int length = batch.layout().length(0);
    TokenBatch first = first(batch, length);
    float[] alone = network.score(first).outputs();
    float[] kept = network.forward(batch).outputs();
    watch.run();
    boolean same =
        Arrays.equals(alone, Arrays.copyOf(scores, alone.length)) && Arrays.equals(scores, kept);
    report.claim(
        same && finite(scores),
        precision.label() + " log-probs",
        same
            ? "a sequence alone, in its batch, and in training: the same bits"
            : "a sequence has other bits alone or in training",
        Map.of());
  }

  private static boolean finite(float[] values) {
    for (float value : values) {
      if (!Float.isFinite(value)) {
        return false;
      }
    }
    return true;
  }

  /** The first sequence of a batch. */
  private static TokenBatch first(TokenBatch batch, int length) {
    return new TokenBatch(
        Arrays.copyOf(batch.tokens(), length),
        SequenceLayout.single(length),
        Arrays.copyOf(batch.rows(), length - 1),
        Arrays.copyOf(batch.labels(), length - 1),
        1);
  }

  /** Steps of forward, backward and update. */
  void train(Network network, Optimiser optimiser) {
    TokenBatch batch = batch(network);
    step(network, optimiser, batch);
    watch.run();
    long start = System.nanoTime();
    for (int i = 0; i < STEPS; i++) {
      step(network, optimiser, batch);
    }
    speed("training", batch, (System.nanoTime() - start) / 1e9 / STEPS);
    watch.run();
  }

  private static void step(Network network, Optimiser optimiser, TokenBatch batch) {
    network.gradients().zero();
    network.forward(batch);
    float[] coefficients = new float[batch.rows().length];
    Arrays.fill(coefficients, 1f / coefficients.length);
    network.backward(coefficients, null);
    optimiser.update(1e-6);
  }

  private void speed(String what, TokenBatch batch, double seconds) {
    double rate = batch.tokens().length / seconds;
    report.figure(
        precision.label() + " " + what,
        String.format(
            Locale.ROOT,
            "%s, %d sequences of %d: %.0f tokens/s, %.1f ms",
            shape.label(),
            batch.layout().segments(),
            batch.layout().length(0),
            rate,
            1e3 * seconds),
        Map.of("tokensPerSecond", rate, "milliseconds", 1e3 * seconds));
  }
}
