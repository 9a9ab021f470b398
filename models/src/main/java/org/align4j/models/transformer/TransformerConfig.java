package org.align4j.models.transformer;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import java.util.OptionalInt;

/**
 * What a decoder-only transformer looks like: the typed {@code config.json}. What a {@link Family}
 * asks of it beyond what is checked here is checked where its parameters are listed.
 *
 * @param family what is special about it
 * @param vocabSize V, rows of the embedding
 * @param hiddenSize D
 * @param intermediateSize width of the feed-forward block
 * @param layers number of blocks
 * @param heads query heads
 * @param keyValueHeads key-value heads, a divisor of {@code heads}
 * @param headDim columns of a head, even where positions are rotary
 * @param maxPositions longest sequence
 * @param normEpsilon epsilon of RMSNorm or layer norm
 * @param rope rotary positions; a family that learns its positions ignores this
 * @param tieWordEmbeddings whether the head is the embedding
 * @param attentionBias whether query, key and value projections have a bias
 * @param attentionOutputBias whether the attention's output projection has a bias
 * @param mlpBias whether the feed-forward projections have a bias
 * @param qkNorm whether queries and keys are normalised per head
 * @param activation of the feed-forward block
 * @param bosTokenId the first token of sequences, where the model has one
 * @param eosTokenIds tokens that end a sequence, perhaps none
 */
public record TransformerConfig(
    Family family,
    int vocabSize,
    int hiddenSize,
    int intermediateSize,
    int layers,
    int heads,
    int keyValueHeads,
    int headDim,
    int maxPositions,
    double normEpsilon,
    Rope rope,
    boolean tieWordEmbeddings,
    boolean attentionBias,
    boolean attentionOutputBias,
    boolean mlpBias,
    boolean qkNorm,
    Activation activation,
    OptionalInt bosTokenId,
    ImmutableList<Integer> eosTokenIds) {

  /** No size in a configuration is above this: what is larger is a damaged file. */
  private static final int LARGEST = 1 << 26;

  private static final int MOST_LAYERS = 10_000;

  public TransformerConfig {
    checkSize("vocabSize", vocabSize);
    checkSize("hiddenSize", hiddenSize);
    checkSize("intermediateSize", intermediateSize);
    checkLayers(layers);
    checkSize("heads", heads);
    checkSize("keyValueHeads", keyValueHeads);
    checkSize("headDim", headDim);
    checkSize("maxPositions", maxPositions);
    checkArgument(
        heads % keyValueHeads == 0,
        "keyValueHeads is %s: it must divide heads (%s)",
        keyValueHeads,
        heads);
    checkArgument(
        (long) heads * headDim <= LARGEST,
        "heads is %s and headDim %s: their product must be at most %s",
        heads,
        headDim,
        LARGEST);
    checkArgument(
        normEpsilon >= 0 && normEpsilon < 1,
        "normEpsilon is %s: it must be in [0, 1)",
        normEpsilon);
    checkArgument(
        rope.positions(maxPositions) == maxPositions,
        "maxPositions is %s: rotary scaling with LongRoPE's short factors is right for %s",
        maxPositions,
        rope.positions(maxPositions));
    checkTokens(vocabSize, bosTokenId, eosTokenIds);
  }

  /**
   * A Llama model with {@code headDim = hiddenSize / heads}, a tied head, base-10,000 rotary
   * positions, epsilon 1e-5 and no bias.
   */
  public static TransformerConfig llama(
      int vocabSize,
      int hiddenSize,
      int intermediateSize,
      int layers,
      int heads,
      int keyValueHeads,
      int maxPositions,
      int eosTokenId) {
    checkSize("heads", heads);
    checkArgument(
        hiddenSize % heads == 0,
        "hiddenSize is %s: it must be a multiple of heads (%s)",
        hiddenSize,
        heads);
    return new TransformerConfig(
        Family.of("llama"),
        vocabSize,
        hiddenSize,
        intermediateSize,
        layers,
        heads,
        keyValueHeads,
        hiddenSize / heads,
        maxPositions,
        1e-5,
        Rope.DEFAULT,
        true,
        false,
        false,
        false,
        false,
        Activation.SILU,
        OptionalInt.empty(),
        ImmutableList.of(eosTokenId));
  }

  /** The same model that ends at other tokens. */
  public TransformerConfig withEosTokenIds(ImmutableList<Integer> value) {
    return new TransformerConfig(
        family,
        vocabSize,
        hiddenSize,
        intermediateSize,
        layers,
        heads,
        keyValueHeads,
        headDim,
        maxPositions,
        normEpsilon,
        rope,
        tieWordEmbeddings,
        attentionBias,
        attentionOutputBias,
        mlpBias,
        qkNorm,
        activation,
        bosTokenId,
        value);
  }

  static void checkLayers(int layers) {
    checkArgument(
        layers > 0 && layers <= MOST_LAYERS,
        "layers is %s: it must be in [1, %s]",
        layers,
        MOST_LAYERS);
  }

  private static void checkSize(String name, int value) {
    checkArgument(
        value > 0 && value <= LARGEST, "%s is %s: it must be in [1, %s]", name, value, LARGEST);
  }

  private static void checkTokens(
      int vocabSize, OptionalInt bosTokenId, ImmutableList<Integer> eosTokenIds) {
    checkArgument(
        bosTokenId.isEmpty() || (bosTokenId.getAsInt() >= 0 && bosTokenId.getAsInt() < vocabSize),
        "bosTokenId is %s: it must be in [0, vocabSize %s)",
        bosTokenId,
        vocabSize);
    for (int id : eosTokenIds) {
      checkArgument(
          id >= 0 && id < vocabSize,
          "eosTokenIds has %s: it must be in [0, vocabSize %s)",
          id,
          vocabSize);
    }
  }
}
