package org.align4j.algorithms.train.step;

import java.util.function.Supplier;
import org.align4j.core.tensor.Gradients;
import org.align4j.core.tensor.Parameters;
import org.align4j.models.policy.MicroBatch;
import org.align4j.models.policy.PackedSequences;
import org.align4j.models.policy.TokenSequence;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Finds where an update's numbers stop being finite. */
final class FiniteCheck {

  private final String network;
  private final Supplier<Parameters> parameters;

  FiniteCheck(String network, Supplier<Parameters> parameters) {
    this.network = network;
    this.parameters = parameters;
  }

  /** Refuses values {@code [M]} of a micro-batch's labels of which one is not finite. */
  void values(String what, float[] values, MicroBatch batch, PackedSequences packed) {
    for (int label = 0; label < values.length; label++) {
      if (!Float.isFinite(values[label])) {
        throw at(what, values[label], label, batch, packed);
      }
    }
  }

  private NonFiniteException at(
      String what, float value, int label, MicroBatch batch, PackedSequences packed) {
    int place = 0;
    while (batch.labelOf()[place] != label) {
      place++;
    }
    TokenSequence sequence = packed.sequences().get(batch.sequences()[place]);
    int column = batch.columns()[place];
    return new NonFiniteException(
        "%s: the %s of response token %s (id %s) is %s; %s"
            .formatted(
                network, what, column, id(sequence, column), value, culprit("weights", null)),
        sequence,
        column);
  }

  private static String id(TokenSequence sequence, int column) {
    return column < sequence.response().length
        ? Integer.toString(sequence.response()[column])
        : "none";
  }

  /** Refuses gradients whose norm is not finite. */
  void gradients(double norm, Gradients gradients) {
    if (!Double.isFinite(norm)) {
      throw new NonFiniteException(
          "%s: the gradient norm is %s; %s"
              .formatted(network, norm, culprit("gradient", gradients)),
          null,
          -1);
    }
  }

  /** The first parameter that has such a value itself, or in its gradient. */
  private String culprit(String what, @Nullable Gradients gradients) {
    Parameters now = parameters.get();
    for (String name : now.names()) {
      INDArray array = gradients == null ? now.get(name) : gradients.view(name);
      if (!Double.isFinite(array.sumNumber().doubleValue())) {
        return "the first layer with such %s is %s".formatted(what, name);
      }
    }
    return gradients == null
        ? "all weights are finite, so the activations overflow"
        : "each layer's gradient is finite, and their norm overflows";
  }
}
