package org.align4j.cuda.check.model;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.align4j.core.batch.SequenceLayout;
import org.align4j.core.batch.TokenBatch;
import org.align4j.core.engine.Decoder;
import org.align4j.core.engine.Network;
import org.align4j.core.engine.SamplingSettings;
import org.align4j.core.runtime.Precision;
import org.align4j.cuda.check.Card;
import org.align4j.cuda.check.Report;

/** Decodes 1, 16 and 64 sequences at once. */
final class Sampler {

  /** Of the memory's bandwidth, 64 sequences at once. */
  private static final double BANDWIDTH_AIM = 0.5;

  private final Card card;
  private final Report report;
  private final LlamaShape shape;
  private final Precision precision;
  private final Runnable watch;
  private final int prompt;
  private final int steps;
  private final int length;

  Sampler(Card card, Report report, LlamaShape shape, Precision precision, Runnable watch) {
    this.card = card;
    this.report = report;
    this.shape = shape;
    this.precision = precision;
    this.watch = watch;
    this.prompt = card.small() ? 5 : 128;
    this.steps = card.small() ? 6 : 48;
    this.length = card.small() ? 24 : 1024;
  }

  /** One decoder for all batches, of 64 sequences of up to 1,024 tokens. */
  void run(Network network) {
    int[] batches = card.small() ? new int[] {1, 3} : new int[] {1, 16, 64};
    try (Decoder decoder = network.decoder(batches[batches.length - 1], length)) {
      for (int slots : batches) {
        decode(network, decoder, slots);
      }
      watch.run();
    }
  }

  private void decode(Network network, Decoder decoder, int count) {
    Random random = new Random(count);
    int[] start = random.ints(prompt, 0, shape.vocabulary()).toArray();
    int[] slots = decoder.start(start, count, length - prompt);
    int[][] tokens = new int[steps][count];
    float[][] logProbs = new float[steps][count];
    int warm = card.small() ? 1 : 8;
    long from = 0;
    for (int step = 0; step < steps; step++) {
      if (step == warm) {
        from = System.nanoTime();
      }
      double[] uniforms = random.doubles(count).toArray();
      decoder.sample(slots, SamplingSettings.DEFAULT, uniforms, tokens[step], logProbs[step]);
      decoder.append(slots, tokens[step]);
    }
    card.device().synchronize();
    double seconds = (System.nanoTime() - from) / 1e9 / (steps - warm);
    for (int slot : slots) {
      decoder.retire(slot);
    }
    speed(count, seconds);
    claim(network, start, count, tokens, logProbs);
  }

  private void speed(int count, double seconds) {
    double bytes = weightBytes() + 4.0 * shape.cacheFloats() * (prompt + count * steps / 2.0);
    double bandwidth = card.bandwidth();
    double part = bandwidth == 0 ? 0 : bytes / seconds / bandwidth;
    String text =
        String.format(
            Locale.ROOT,
            "%s: %.0f tokens/s, %.2f ms a step, %.0f GB/s, %.0f %% of the memory's bandwidth%s",
            shape.label(),
            count / seconds,
            1e3 * seconds,
            bytes / seconds / 1e9,
            100 * part,
            count == 64 ? " (aim: 50 %)" : "");
    String name = precision.label() + " sampling, " + count + " at once";
    Map<String, ?> figures =
        Map.of("tokensPerSecond", count / seconds, "milliseconds", 1e3 * seconds, "bound", part);
    if (count == 64 && bandwidth > 0) {
      report.aim(part >= BANDWIDTH_AIM, name, text, figures);
    } else {
      report.figure(name, text, figures);
    }
  }

  /** Bytes that a step reads of the weights: all but the embedding, of which it reads rows. */
  private double weightBytes() {
    double bytes = 0;
    for (Map.Entry<String, long[]> entry : shape.parameterShapes().entrySet()) {
      double elements = Arrays.stream(entry.getValue()).reduce(1, (a, b) -> a * b);
      boolean rowsOnly =
          entry.getKey().equals("embed") && shape.parameterShapes().containsKey("head");
      bytes += rowsOnly ? 0 : elements * (shape.trains(entry.getKey()) ? 4 : 2);
    }
    return bytes;
  }

  /** The first sequence, scored: ρ = 1. */
  private void claim(Network network, int[] start, int count, int[][] tokens, float[][] logProbs) {
    int[] all = Arrays.copyOf(start, prompt + steps);
    int[] rows = new int[steps];
    int[] labels = new int[steps];
    float[] sampled = new float[steps];
    int last = count - 1;
    for (int i = 0; i < steps; i++) {
      all[prompt + i] = tokens[i][last];
      labels[i] = tokens[i][last];
      rows[i] = prompt + i - 1;
      sampled[i] = logProbs[i][last];
    }
    TokenBatch batch = new TokenBatch(all, SequenceLayout.single(all.length), rows, labels, 1);
    float[] scored = network.score(batch).outputs();
    int same = 0;
    for (int i = 0; i < steps; i++) {
      same += Float.floatToRawIntBits(scored[i]) == Float.floatToRawIntBits(sampled[i]) ? 1 : 0;
    }
    report.claim(
        same == steps,
        precision.label() + " ratio, " + count + " at once",
        same + " of " + steps + " sampled log-probs have the bits of the scored ones",
        Map.of("same", same, "tokens", steps));
  }
}
