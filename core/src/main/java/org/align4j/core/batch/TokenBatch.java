package org.align4j.core.batch;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * Packed sequences and the labels wanted of them.
 *
 * @param tokens ids {@code [N]}
 * @param layout which tokens form which sequence
 * @param rows {@code [M]} packed index of the token <em>before</em> each label; rows may repeat
 * @param labels {@code [M]} token ids (ignored by a scalar head)
 * @param temperature divides the logits, above 0
 */
public record TokenBatch(
    int[] tokens, SequenceLayout layout, int[] rows, int[] labels, float temperature) {

  public TokenBatch {
    checkArgument(
        tokens.length == layout.tokens(),
        "tokens [%s] do not match the layout's [%s]",
        tokens.length,
        layout.tokens());
    checkArgument(
        rows.length == labels.length,
        "rows [%s] do not match labels [%s]",
        rows.length,
        labels.length);
    checkArgument(temperature > 0, "temperature is %s: it must be above 0", temperature);
    for (int row : rows) {
      checkArgument(
          row >= 0 && row < tokens.length,
          "row %s is outside the batch of %s tokens",
          row,
          tokens.length);
    }
  }
}
