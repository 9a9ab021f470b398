package org.align4j.core.plan.run;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

import org.align4j.core.batch.SequenceLayout;
import org.align4j.core.batch.TokenBatch;
import org.align4j.core.engine.Head;
import org.align4j.core.graph.Graph;
import org.jspecify.annotations.Nullable;

/** What a network can take. */
public final class BatchCheck {

  private BatchCheck() {}

  /** Refuses sequences that are too long and ids that the vocabulary does not have. */
  public static void check(TokenBatch batch, Graph graph, boolean withLabels) {
    SequenceLayout layout = batch.layout();
    for (int s = 0; s < layout.segments(); s++) {
      checkArgument(
          layout.end(s) <= graph.maxPositions(),
          "segment %s ends at position %s: this network takes sequences of %s tokens",
          s,
          layout.end(s),
          graph.maxPositions());
    }
    ids("token", batch.tokens(), graph.tokenLimit());
    if (withLabels) {
      ids("label", batch.labels(), graph.labelLimit());
    }
  }

  /**
   * The batch of the last forward pass, for a backward pass with these coefficients.
   *
   * @param forwarded that batch; null where there is none
   * @param withEntropy whether the head has an entropy
   */
  public static SubBatch backward(
      @Nullable SubBatch forwarded,
      float[] dOutputs,
      float @Nullable [] dEntropy,
      boolean withEntropy) {
    checkState(
        forwarded != null,
        "backward without forward: each forward allows one backward, and none once the parameters"
            + " have changed");
    int labelled = forwarded.batch().rows().length;
    checkArgument(
        dOutputs.length == labelled && (dEntropy == null || dEntropy.length == labelled),
        "coefficients [%s], [%s] do not match the %s labelled rows of the last forward",
        dOutputs.length,
        dEntropy == null ? labelled : dEntropy.length,
        labelled);
    checkArgument(
        dEntropy == null || withEntropy,
        "a scalar head has no entropy: pass null as its coefficients");
    return forwarded;
  }

  /** Refuses coefficients of a divergence that are not one for each labelled row. */
  public static void distill(TokenBatch batch, float[] coefficients) {
    checkArgument(
        coefficients.length == batch.rows().length,
        "coefficients [%s] do not match the %s labelled rows of the batch",
        coefficients.length,
        batch.rows().length);
  }

  /** Refuses a decoder that a network cannot have. */
  public static void decoder(Graph graph, int slots, int maxLength) {
    checkArgument(
        graph.head() instanceof Head.Language,
        "this network has a scalar head: there is nothing to decode");
    checkArgument(slots > 0, "slots is %s: it must be above 0", slots);
    checkArgument(
        maxLength > 0 && maxLength <= graph.maxPositions(),
        "maxLength is %s: this network takes sequences of 1 to %s tokens",
        maxLength,
        graph.maxPositions());
  }

  /** Refuses ids that the vocabulary does not have. */
  public static void ids(String what, int[] ids, int limit) {
    for (int i = 0; i < ids.length; i++) {
      if (ids[i] < 0 || ids[i] >= limit) {
        throw new IllegalArgumentException(
            "%s %s is %s: the vocabulary has %s ids, from 0 on".formatted(what, i, ids[i], limit));
      }
    }
  }
}
