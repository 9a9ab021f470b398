package org.align4j.bench.throughput;

import com.google.common.collect.ImmutableSet;
import java.util.ArrayList;
import java.util.List;
import org.align4j.core.engine.Network;
import org.align4j.core.random.CounterRandom;
import org.align4j.models.generate.GenerationListener;
import org.align4j.models.generate.GenerationSettings;
import org.align4j.models.generate.Generator;
import org.align4j.models.transformer.TransformerConfig;

/** Sampling of distinct prompts, all at once, again and again. */
final class Sampling implements GenerationListener {

  private static final int PROMPT = 64;
  private static final int NEW_TOKENS = 64;

  private final Generator generator;
  private final List<int[]> prompts = new ArrayList<>();
  private final int slots;
  private int drawn;
  private long first;

  Sampling(Network network, TransformerConfig config, int slots) {
    this.slots = slots;
    generator = new Generator(network, config.maxPositions(), ImmutableSet.of(), ids -> "", slots);
    for (int i = 0; i < slots; i++) {
      prompts.add(tokens(config, 1000 + i, PROMPT));
    }
  }

  /** Random ids. */
  static int[] tokens(TransformerConfig config, long stream, int count) {
    int[] ids = new int[count];
    for (int t = 0; t < count; t++) {
      ids[t] = (int) (CounterRandom.uniform(1, stream, t) * config.vocabSize());
    }
    return ids;
  }

  int slots() {
    return slots;
  }

  /**
   * Tokens a second of all sequences together.
   *
   * @param sampled new ones, the prompts' time included
   * @param decoded new ones behind the first, from the moment on when each sequence has its first
   */
  record Rates(double sampled, double decoded) {}

  /** Once. */
  Rates run() {
    drawn = 0;
    long start = System.nanoTime();
    generator.generate(prompts, 1, GenerationSettings.of(NEW_TOKENS), 1, 0, this);
    long end = System.nanoTime();
    return new Rates(
        slots * NEW_TOKENS / ((end - start) * 1e-9),
        slots * (NEW_TOKENS - 1) / ((end - first) * 1e-9));
  }

  @Override
  public void onToken(int prompt, int sample, int token) {
    if (++drawn == slots) {
      first = System.nanoTime();
    }
  }
}
