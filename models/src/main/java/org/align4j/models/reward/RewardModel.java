package org.align4j.models.reward;

import static com.google.common.base.Preconditions.checkArgument;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.align4j.core.engine.Engine;
import org.align4j.core.engine.FrozenWeights;
import org.align4j.core.engine.Network;
import org.align4j.core.file.AtomicFiles;
import org.align4j.core.runtime.Resources;
import org.align4j.core.tensor.Parameters;
import org.align4j.models.checkpoint.Checkpoint;
import org.align4j.models.checkpoint.HuggingFaceFolder;
import org.align4j.models.checkpoint.StoredCheckpoint;
import org.align4j.models.policy.MicroBatch;
import org.align4j.models.policy.PackedSequences;
import org.align4j.models.policy.Policy;
import org.align4j.models.policy.ScalarModel;
import org.align4j.models.policy.SequenceScores;
import org.align4j.models.policy.TokenSequence;
import org.align4j.models.text.Tokenizer;
import org.align4j.models.transformer.Initialization;
import org.align4j.models.transformer.ModelHead;
import org.align4j.models.transformer.ParameterShapes;
import org.align4j.models.transformer.Transformer;
import org.align4j.models.transformer.TransformerConfig;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A Bradley–Terry reward model: a transformer whose scalar head reads the last token of the
 * response (the layout of transformers' {@code ForSequenceClassification} with one label). Owns its
 * parameters.
 */
public final class RewardModel implements AutoCloseable {

  private final Checkpoint checkpoint;
  private final Network network;
  private final Optional<RewardStatistics> statistics;
  private final @Nullable Policy body;
  private final @Nullable ScalarModel shared;
  private final @Nullable FrozenWeights frozen;

  private RewardModel(StoredCheckpoint stored, Engine engine, Optional<RewardStatistics> known) {
    this.checkpoint = stored.withoutWeights();
    this.statistics = known;
    this.body = null;
    this.shared = null;
    this.frozen = engine.freeze(stored.weights(), Resources.shared());
    this.network =
        engine.create(
            new Transformer(checkpoint.config(), ModelHead.SCALAR),
            Parameters.none(DataType.FLOAT),
            frozen,
            Resources.shared());
  }

  private RewardModel(Policy body, ScalarModel shared) {
    this.checkpoint = body.checkpoint();
    this.statistics = Optional.empty();
    this.body = body;
    this.shared = shared;
    this.frozen = null;
    this.network = shared.network();
  }

  private RewardModel(Checkpoint checkpoint, Engine engine, Optional<RewardStatistics> statistics) {
    this.checkpoint = checkpoint;
    this.statistics = statistics;
    this.body = null;
    this.shared = null;
    this.frozen = null;
    this.network =
        engine.create(
            new Transformer(checkpoint.config(), ModelHead.SCALAR), checkpoint.parameters());
  }

  /** Reads a Hugging Face folder with a scalar head. */
  public static RewardModel load(Path path, Engine engine) {
    Optional<RewardStatistics> statistics = RewardStatistics.read(path);
    return new RewardModel(HuggingFaceFolder.load(path, ModelHead.SCALAR), engine, statistics);
  }

  /** The same to score with alone: its weights stay as the folder stores them. */
  public static RewardModel open(Path path, Engine engine) {
    Optional<RewardStatistics> statistics = RewardStatistics.read(path);
    return new RewardModel(HuggingFaceFolder.open(path, ModelHead.SCALAR), engine, statistics);
  }

  /**
   * An untrained reward model on the body of a policy, which is taken over. Frozen weights stay
   * where they are: an adapted policy gives an adapted reward model.
   */
  public static RewardModel from(Policy policy, long seed) {
    if (policy.frozenSize() > 0) {
      return new RewardModel(policy, ScalarModel.on(policy, seed));
    }
    try (policy) {
      return of(policy, seed);
    }
  }

  /** An untrained reward model on a copy of the body of a policy without frozen weights. */
  public static RewardModel of(Policy policy, long seed) {
    Parameters parameters = Initialization.scalarFrom(policy.config(), policy.parameters(), seed);
    Checkpoint body = policy.checkpoint();
    return new RewardModel(
        new Checkpoint(body.config(), parameters, body.tokenizer(), body.chatTemplate()),
        policy.engine(),
        Optional.empty());
  }

  /** Writes a Hugging Face folder, without statistics: they would be those of other weights. */
  public void save(Path folder) {
    save(folder, temporary -> {});
  }

  private void save(Path folder, AtomicFiles.Filler others) {
    if (shared == null) {
      HuggingFaceFolder.save(folder, checkpoint, ModelHead.SCALAR, others);
      return;
    }
    try (Checkpoint whole = shared.whole(checkpoint)) {
      HuggingFaceFolder.save(folder, whole, ModelHead.SCALAR, others);
    }
  }

  /** Writes a Hugging Face folder with the statistics of these weights beside it. */
  public void save(Path folder, RewardStatistics ofWeights) {
    save(folder, ofWeights::write);
  }

  /** The rewards of an evaluation set, where the folder that was read has them. */
  public Optional<RewardStatistics> statistics() {
    return statistics;
  }

  /** What the model looks like. */
  public TransformerConfig config() {
    return checkpoint.config();
  }

  /** The tokenizer; a model without one is refused. */
  public Tokenizer tokenizer() {
    return checkpoint
        .tokenizer()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "the reward model has no tokenizer: tokenizer.json belongs beside its"
                    + " config.json"));
  }

  /** The network, to train. */
  public Network network() {
    return network;
  }

  /**
   * Rewards {@code [B]} of whole sequences.
   *
   * @param tokenBudget most tokens of one forward pass
   */
  public float[] scores(List<TokenSequence> sequences, int tokenBudget) {
    var packed = PackedSequences.ofLastTokens(sequences, tokenBudget);
    float[][] outputs = SequenceScores.of(network, packed).outputs();
    float[] rewards = new float[outputs.length];
    for (int b = 0; b < rewards.length; b++) {
      rewards[b] = outputs[b][0];
    }
    return rewards;
  }

  /**
   * Rewards {@code [B]} as the policy should see them: in deviations from the mean of the
   * evaluation set where the folder has its statistics, else as they are.
   *
   * @param tokenBudget most tokens of one forward pass
   */
  public float[] standardScores(List<TokenSequence> sequences, int tokenBudget) {
    float[] rewards = scores(sequences, tokenBudget);
    statistics.ifPresent(known -> {
      for (int b = 0; b < rewards.length; b++) {
        rewards[b] = (float) known.zScore(rewards[b]);
      }
    });
    return rewards;
  }

  /**
   * What the head reads of whole sequences, {@code [B][D]}: the final hidden state of the last
   * token.
   *
   * @param tokenBudget most tokens of one forward pass
   */
  public float[][] features(List<TokenSequence> sequences, int tokenBudget) {
    float[][] features = new float[sequences.size()][];
    for (MicroBatch batch : PackedSequences.ofLastTokens(sequences, tokenBudget).batches()) {
      float[][] states = network.hidden(batch.batch());
      for (int i = 0; i < batch.labelOf().length; i++) {
        features[batch.sequences()[i]] = states[batch.labelOf()[i]];
      }
    }
    return features;
  }

  /** Puts another head {@code [D]} on the body. */
  public void replaceHead(float[] weights) {
    checkArgument(
        weights.length == config().hiddenSize(),
        "the head has %s weights, the body's hidden size is %s",
        weights.length,
        config().hiddenSize());
    network
        .parameters()
        .get(ParameterShapes.SCALAR_HEAD)
        .assign(Nd4j.createFromArray(weights).reshape(1, weights.length));
    network.parametersChanged();
  }

  @Override
  public void close() {
    network.close();
    network.parameters().close();
    if (body != null) {
      body.close();
    }
    if (frozen != null) {
      frozen.close();
    }
  }
}
