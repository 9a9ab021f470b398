package org.align4j.algorithms.convention;

import com.google.common.collect.ImmutableList;
import java.util.Arrays;
import org.align4j.core.registry.NearestName;

/** How per-token losses {@code [B,T]} become one number. All divide by totals of the mini-batch. */
public enum Aggregation {
  /** Sum over all response tokens / number of response tokens. */
  TOKEN_MEAN("token-mean"),
  /** Mean over tokens of each row, then mean over rows. */
  SEQ_MEAN_TOKEN_MEAN("seq-mean-token-mean"),
  /** Sum over tokens of each row, then mean over rows. */
  SEQ_MEAN_TOKEN_SUM("seq-mean-token-sum"),
  /** Sum over tokens of each row, then mean over rows / a length; verl from 0.7.1 on. */
  SEQ_MEAN_TOKEN_SUM_NORM("seq-mean-token-sum-norm"),
  /** Sum over all tokens / a length: verl's seq-mean-token-sum-norm until 0.7.0. */
  TOKEN_SUM_OVER_LENGTH("token-sum-over-length"),
  /** Dr. GRPO: sum over all tokens / (rows · a constant length). */
  SEQ_MEAN_TOKEN_SUM_OVER_MAX_LENGTH("seq-mean-token-sum-over-max-length");

  private final String label;

  Aggregation(String label) {
    this.label = label;
  }

  /** The name in options and files. */
  public String label() {
    return label;
  }

  /** The aggregation of this name. */
  public static Aggregation of(String label) {
    for (Aggregation aggregation : values()) {
      if (aggregation.label.equals(label)) {
        return aggregation;
      }
    }
    throw new IllegalArgumentException(
        NearestName.unknown(
            "aggregation",
            label,
            Arrays.stream(values())
                .map(Aggregation::label)
                .collect(ImmutableList.toImmutableList())));
  }
}
