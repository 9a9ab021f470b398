package org.align4j.bench.throughput;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongSupplier;
import org.align4j.bench.compare.PeakMemory;
import org.align4j.core.engine.Engine;
import org.align4j.core.engine.FrozenWeights;
import org.align4j.core.engine.Network;
import org.align4j.core.engine.Optimiser;
import org.align4j.core.engine.Scores;
import org.align4j.core.kernel.Threads;
import org.align4j.core.kernel.vector.FmaPeak;
import org.align4j.core.kernel.vector.MemoryBandwidth;
import org.align4j.core.optim.AdamWSettings;
import org.align4j.core.runtime.Resources;
import org.align4j.core.tensor.Parameters;
import org.align4j.core.tensor.StoredWeights;
import org.align4j.models.policy.MicroBatch;
import org.align4j.models.policy.PackedSequences;
import org.align4j.models.policy.TokenSequence;
import org.align4j.models.transformer.Initialization;
import org.align4j.models.transformer.ModelHead;
import org.align4j.models.transformer.Transformer;
import org.align4j.models.transformer.TransformerConfig;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Measures training, scoring and sampling of one model with random weights. Training and scoring: 8
 * distinct sequences of 256 random tokens, no shared prefix, every next token labelled, temperature
 * 1; a training step is forward, backward, global-norm clip and AdamW on all parameters. Sampling:
 * distinct 64-token prompts, 64 new tokens each at temperature 1 with log-probs, with the prompts'
 * time and without. Each figure is the best of the repetitions that fit its share of the time.
 */
public final class Throughput {

  private static final int SEQUENCES = 8;
  private static final int LENGTH = 256;
  private static final int[] DECODED_AT_ONCE = {1, 4, 16, 32, 64};
  private static final double SECONDS_PER_FIGURE = 20;
  private static final int MOST_REPETITIONS = 12;

  private final String name;
  private final TransformerConfig config;
  private final Engine engine;
  private final Progress progress;

  /**
   * A measurement.
   *
   * @param name what the result calls the model
   */
  public Throughput(String name, TransformerConfig config, Engine engine, Progress progress) {
    this.name = name;
    this.config = config;
    this.engine = engine;
    this.progress = progress;
  }

  /** Hears which figure is being measured. */
  public interface Progress {
    /** A figure is next. */
    void next(String figure);
  }

  /** Measures everything; takes a few minutes on a model of 135M parameters. */
  public ThroughputResult measure() {
    Bounds bounds = bounds();
    PeakMemory.reset();
    progress.next("training");
    double train;
    double peakMemory;
    Parameters parameters = Initialization.random(config, ModelHead.LANGUAGE, 1);
    try (Network network = engine.create(new Transformer(config, ModelHead.LANGUAGE), parameters)) {
      train = train(network);
      peakMemory =
          PeakMemory.bytes().isPresent() ? PeakMemory.bytes().getAsLong() / 1e9 : Double.NaN;
    }
    try (parameters;
        Network network = engine.create(new Transformer(config, ModelHead.LANGUAGE), parameters)) {
      return result(bounds, train, peakMemory, network);
    }
  }

  /** Scoring and sampling of weights as they are stored, taken over. */
  public ThroughputResult measure(StoredWeights weights) {
    Bounds bounds = bounds();
    Resources resources = Resources.shared();
    PeakMemory.reset();
    try (FrozenWeights frozen = engine.freeze(weights, resources);
        Network network =
            engine.create(
                new Transformer(config, ModelHead.LANGUAGE),
                Parameters.none(DataType.FLOAT),
                frozen,
                resources)) {
      return result(bounds, Double.NaN, Double.NaN, network);
    }
  }

  /**
   * Sampling of weights as they are stored, taken over, and of float32 ones of the same shapes, in
   * turn: what one second of a shared machine gives to one of them, the next one gives to the
   * other.
   *
   * @param batches numbers of sequences decoded at once
   */
  public ImmutableList<SamplingPair> besideFloat32(StoredWeights weights, List<Integer> batches) {
    Resources resources = Resources.shared();
    Transformer shapes = new Transformer(config, ModelHead.LANGUAGE);
    var pairs = ImmutableList.<SamplingPair>builder();
    try (FrozenWeights frozen = engine.freeze(weights, resources);
        Parameters none = Parameters.none(DataType.FLOAT);
        Network stored = engine.create(shapes, none, frozen, resources);
        Parameters random = Initialization.random(config, ModelHead.LANGUAGE, 1);
        Network wide = engine.create(shapes, random)) {
      for (int batch : batches) {
        progress.next("sampling in turn, batch " + batch);
        pairs.add(
            SamplingPair.measure(
                new Sampling(stored, config, batch), new Sampling(wide, config, batch)));
      }
    }
    return pairs.build();
  }

  /** What the machine can do. */
  private record Bounds(double peak, double memory, double product) {}

  private Bounds bounds() {
    progress.next("bounds of the machine");
    try (Threads pool = new Threads(Runtime.getRuntime().availableProcessors())) {
      return new Bounds(
          FmaPeak.gigaflops(pool, 10),
          MemoryBandwidth.gigabytes(pool),
          Products.gigaflops(2048, 576, 1536));
    }
  }

  private ThroughputResult result(
      Bounds bounds, double train, double trainMemory, Network network) {
    progress.next("scoring");
    double score = score(network);
    var sample = ImmutableMap.<String, Double>builder();
    var decode = ImmutableMap.<String, Double>builder();
    for (int slots : DECODED_AT_ONCE) {
      progress.next("sampling, batch " + slots);
      Sampling sampling = new Sampling(network, config, slots);
      double[] best = new double[2];
      repeat(() -> {
        Sampling.Rates rates = sampling.run();
        best[0] = Math.max(best[0], rates.sampled());
        best[1] = Math.max(best[1], rates.decoded());
      });
      sample.put(Integer.toString(slots), best[0]);
      decode.put(Integer.toString(slots), best[1]);
    }
    return new ThroughputResult(
        name,
        train,
        score,
        sample.buildOrThrow(),
        decode.buildOrThrow(),
        bounds.product(),
        bounds.peak(),
        bounds.memory(),
        trainMemory,
        Runtime.version().toString(),
        engine.processor(),
        Runtime.getRuntime().availableProcessors());
  }

  private double train(Network network) {
    PackedSequences packed =
        PackedSequences.ofResponses(sequences(), network.preferredTokens(), 1f);
    try (Optimiser optimiser = network.optimiser(AdamWSettings.DEFAULT, List.of())) {
      return best(() -> {
        network.gradients().zero();
        for (MicroBatch batch : packed.batches()) {
          Scores scores = network.forward(batch.batch());
          float[] coefficients = new float[scores.outputs().length];
          Arrays.fill(coefficients, -1f / (SEQUENCES * (LENGTH - 1)));
          network.backward(coefficients, null);
        }
        optimiser.update(1e-6);
        return SEQUENCES * LENGTH;
      });
    }
  }

  private double score(Network network) {
    PackedSequences packed = PackedSequences.ofResponses(sequences(), SEQUENCES * LENGTH, 1f);
    return best(() -> {
      packed.batches().forEach(batch -> network.score(batch.batch()));
      return SEQUENCES * LENGTH;
    });
  }

  private List<TokenSequence> sequences() {
    List<TokenSequence> sequences = new ArrayList<>();
    for (int i = 0; i < SEQUENCES; i++) {
      sequences.add(TokenSequence.ofText(Sampling.tokens(config, i, LENGTH)));
    }
    return sequences;
  }

  /** Tokens a second of the fastest repetition. */
  private static double best(LongSupplier work) {
    double[] best = new double[1];
    repeat(() -> {
      long start = System.nanoTime();
      long tokens = work.getAsLong();
      best[0] = Math.max(best[0], tokens / ((System.nanoTime() - start) * 1e-9));
    });
    return best[0];
  }

  /** Repetitions that fit the time of a figure; the first ones warm the compiler up. */
  private static void repeat(Runnable work) {
    long start = System.nanoTime();
    for (int i = 0; i < MOST_REPETITIONS; i++) {
      if (i >= 3 && (System.nanoTime() - start) * 1e-9 >= SECONDS_PER_FIGURE) {
        break;
      }
      work.run();
    }
  }
}
