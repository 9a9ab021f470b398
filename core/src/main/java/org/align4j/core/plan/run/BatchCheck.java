package org.align4j.core.plan.run;

import static com.google.common.base.Preconditions.checkArgument;

import org.align4j.core.batch.SequenceLayout;
import org.align4j.core.batch.TokenBatch;
import org.align4j.core.graph.Graph;

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
