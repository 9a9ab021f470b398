package org.align4j.models.transformer;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import java.util.function.IntPredicate;

/**
 * Yes or no for every layer.
 *
 * @param repeated answers of the first layers, which those after them repeat
 */
public record LayerPattern(ImmutableList<Boolean> repeated) {

  /** Yes for every layer. */
  public static final LayerPattern ALL = new LayerPattern(ImmutableList.of(true));

  /** No for every layer. */
  public static final LayerPattern NONE = new LayerPattern(ImmutableList.of(false));

  public LayerPattern {
    checkArgument(!repeated.isEmpty(), "a pattern of layers is empty: it needs an answer");
  }

  /** Yes but for the last of each {@code period} layers. */
  public static LayerPattern allButEvery(int period) {
    return new LayerPattern(answers(period, layer -> layer + 1 < period));
  }

  /**
   * The pattern of a model with these answers: the usual one of its family, all or none where they
   * say the same, so that equal models have equal patterns.
   */
  public static LayerPattern of(int layers, IntPredicate answer, LayerPattern usual) {
    ImmutableList<Boolean> answers = answers(layers, answer);
    for (LayerPattern known : ImmutableList.of(usual, ALL, NONE)) {
      if (known.first(layers).equals(answers)) {
        return known;
      }
    }
    return new LayerPattern(answers);
  }

  /** The answer for a layer. */
  public boolean has(int layer) {
    return repeated.get(layer % repeated.size());
  }

  /** The answers for the first layers. */
  public ImmutableList<Boolean> first(int layers) {
    return answers(layers, this::has);
  }

  private static ImmutableList<Boolean> answers(int layers, IntPredicate answer) {
    TransformerConfig.checkLayers(layers);
    var answers = ImmutableList.<Boolean>builder();
    for (int layer = 0; layer < layers; layer++) {
      answers.add(answer.test(layer));
    }
    return answers.build();
  }
}
