package org.align4j.core.plan.head;

import java.util.Arrays;
import org.align4j.core.batch.SequenceLayout;
import org.align4j.core.plan.run.SubBatch;
import org.jspecify.annotations.Nullable;

/**
 * What of a part takes part in its backward pass: the labelled rows with a coefficient, their
 * segments, and what these continue. Arrays grow and stay.
 */
public final class ActiveRows {

  private int[] rows = new int[0];
  private int[] labels = new int[0];
  private int[] chosenOutputs = new int[0];
  private int[] tokenRows = new int[0];
  private float[] dOutputs = new float[0];
  private float[] dEntropy = new float[0];
  private float[] logSumExp = new float[0];
  private float[] entropy = new float[0];
  private boolean[] segments = new boolean[0];
  private PlanHead.HeadCoefficients both =
      new PlanHead.HeadCoefficients(dOutputs, dEntropy, logSumExp, entropy);
  private PlanHead.HeadCoefficients outputsOnly = both;
  private int count;
  private int tokenCount;
  private boolean whole;

  /** Selects; the coefficients and results are those of the whole batch. */
  public void of(
      SubBatch part, float[] outputs, float @Nullable [] entropies, PlanHead.HeadResults results) {
    SequenceLayout layout = part.batch().layout();
    room(part.batch().rows().length, layout);
    Arrays.fill(segments, 0, layout.segments(), false);
    count = 0;
    for (int m = 0; m < part.batch().rows().length; m++) {
      int at = part.output(m);
      float ofEntropy = entropies == null ? 0 : entropies[at];
      if (outputs[at] == 0 && ofEntropy == 0) {
        continue;
      }
      int row = part.batch().rows()[m];
      int found = Arrays.binarySearch(layout.offsets(), row);
      int segment = found >= 0 ? found : -found - 2;
      SubBatch.choose(layout, segments, segment);
      rows[count] = row;
      labels[count] = part.batch().labels()[m];
      dOutputs[count] = outputs[at];
      dEntropy[count] = ofEntropy;
      logSumExp[count] = results.logSumExp()[at];
      entropy[count] = results.entropy()[at];
      chosenOutputs[count++] = m;
    }
    keepTokens(layout);
  }

  private void keepTokens(SequenceLayout layout) {
    tokenCount = 0;
    whole = true;
    for (int s = 0; s < layout.segments(); s++) {
      if (segments[s]) {
        for (int n = layout.offsets()[s]; n < layout.offsets()[s + 1]; n++) {
          tokenRows[tokenCount++] = n;
        }
      } else {
        whole = false;
      }
    }
  }

  private void room(int labelled, SequenceLayout layout) {
    if (rows.length < labelled) {
      rows = new int[labelled];
      labels = new int[labelled];
      chosenOutputs = new int[labelled];
      dOutputs = new float[labelled];
      dEntropy = new float[labelled];
      logSumExp = new float[labelled];
      entropy = new float[labelled];
      both = new PlanHead.HeadCoefficients(dOutputs, dEntropy, logSumExp, entropy);
      outputsOnly = new PlanHead.HeadCoefficients(dOutputs, null, logSumExp, entropy);
    }
    if (tokenRows.length < layout.tokens()) {
      tokenRows = new int[layout.tokens()];
    }
    if (segments.length < layout.segments()) {
      segments = new boolean[layout.segments()];
    }
  }

  /** Whether nothing is selected. */
  public boolean isEmpty() {
    return count == 0;
  }

  /** Whether every segment is. */
  public boolean isWhole() {
    return whole;
  }

  /** The selected segments as a batch of their own; rows are then {@link #rows} of it. */
  public SubBatch narrow(SubBatch part) {
    SubBatch narrowed = SubBatch.of(part.batch(), segments, Arrays.copyOf(chosenOutputs, count));
    System.arraycopy(narrowed.batch().rows(), 0, rows, 0, count);
    return narrowed;
  }

  /** Selected tokens, ascending; see {@link #tokenCount}. */
  public int[] tokenRows() {
    return tokenRows;
  }

  /** How many tokens are selected. */
  public int tokenCount() {
    return tokenCount;
  }

  /** Selected labelled rows; see {@link #count}. */
  public int[] rows() {
    return rows;
  }

  /** Which labelled rows of the part the selected ones are, ascending. */
  public int[] chosenOutputs() {
    return chosenOutputs;
  }

  /** Their labels. */
  public int[] labels() {
    return labels;
  }

  /** How many labelled rows are selected. */
  public int count() {
    return count;
  }

  /** The coefficients of the selected rows. */
  public PlanHead.HeadCoefficients coefficients(boolean withEntropy) {
    return withEntropy ? both : outputsOnly;
  }
}
