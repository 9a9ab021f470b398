package org.align4j.algorithms.train;

import static com.google.common.base.Preconditions.checkState;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import org.align4j.algorithms.data.ArithmeticTask;
import org.align4j.algorithms.settings.SftSettings;
import org.align4j.algorithms.train.codec.ModelCodec;
import org.align4j.core.engine.Engine;
import org.align4j.core.metric.MetricSink;
import org.align4j.models.checkpoint.Checkpoint;
import org.align4j.models.checkpoint.Safetensors;
import org.align4j.models.policy.Policy;
import org.align4j.models.text.CharTokenizer;
import org.align4j.models.transformer.Initialization;
import org.align4j.models.transformer.ModelHead;
import org.align4j.models.transformer.TransformerConfig;

/** The tiny policy of the arithmetic task: a Llama of 1 M parameters that reads characters. */
public final class ArithmeticModel {

  /** Examples of supervised training that the policy imitates. */
  public static final int DEMONSTRATIONS = 200_000;

  private static final int MAX_POSITIONS = 128;
  private static final long SEED = 1;
  private static final String WEIGHTS = "arithmetic.safetensors";

  private ArithmeticModel() {}

  /** A policy with random weights. */
  public static Policy untrained(Engine engine, long seed) {
    return Policy.of(untrained(seed), engine);
  }

  /** Its shapes, text and random weights. */
  public static Checkpoint untrained(long seed) {
    CharTokenizer tokenizer = new CharTokenizer(ArithmeticTask.ALPHABET);
    TransformerConfig config =
        TransformerConfig.llama(
            tokenizer.vocabSize(), 160, 448, 3, 5, 5, MAX_POSITIONS, CharTokenizer.EOS);
    return new Checkpoint(
        config,
        Initialization.random(config, ModelHead.LANGUAGE, seed),
        Optional.of(tokenizer),
        Optional.empty());
  }

  /**
   * The policy after supervised training on demonstrations: the start of reinforcement learning.
   * Its weights come with the library; {@link #warmUp} makes them.
   */
  public static Policy pretrained(Engine engine) {
    Policy policy = untrained(engine, SEED);
    try {
      Path file = Files.createTempFile("align4j-arithmetic", ".safetensors");
      try (InputStream in = ArithmeticModel.class.getResourceAsStream(WEIGHTS)) {
        checkState(in != null, "%s is missing from the library", WEIGHTS);
        Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
        try (Safetensors weights = Safetensors.open(file)) {
          for (String name : policy.parameters().names()) {
            policy.parameters().get(name).assign(weights.load(name));
          }
        }
      } finally {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the arithmetic policy cannot be read", e);
    }
    policy.network().parametersChanged();
    return policy;
  }

  /** Supervised training from random weights to those that come with the library. */
  public static Policy warmUp(Engine engine, MetricSink sink, SftTrainer.Listener listener) {
    Policy policy = untrained(engine, SEED);
    try (SftTrainer trainer =
        new SftTrainer(
            policy.network(),
            ModelCodec.of(policy),
            ArithmeticTask::demonstration,
            DEMONSTRATIONS,
            SftSettings.arithmetic())) {
      trainer.run(sink, listener);
    }
    return policy;
  }
}
