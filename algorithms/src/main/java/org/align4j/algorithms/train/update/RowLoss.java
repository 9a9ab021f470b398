package org.align4j.algorithms.train.update;

import java.util.Arrays;
import org.align4j.algorithms.loss.LossResult;
import org.align4j.algorithms.train.rollout.PaddedArrays;
import org.align4j.algorithms.train.step.TrainStep;
import org.align4j.core.engine.Scores;
import org.align4j.core.tensor.ArrayScope;
import org.align4j.models.policy.MicroBatch;
import org.align4j.models.policy.PackedSequences;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A loss in array arithmetic over the rows {@code [b,T]} of a micro-batch: outputs of its labels go
 * in, derivatives come out, once each; the arrays between do not outlive the micro-batch.
 */
final class RowLoss implements TrainStep.Loss {

  private final PackedSequences packed;
  private final RowFunction loss;

  RowLoss(PackedSequences packed, RowFunction loss) {
    this.packed = packed;
    this.loss = loss;
  }

  /** The loss of some rows. */
  @FunctionalInterface
  interface RowFunction {
    /**
     * Loss and derivatives.
     *
     * @param rows which rows of what was packed, {@code [b]}
     * @param outputs of the network at these rows' columns, {@code [b,T]}, 0 where there is none
     * @param entropy likewise; all 0 for a scalar head
     */
    LossResult of(int[] rows, INDArray outputs, INDArray entropy);
  }

  @Override
  public TrainStep.Coefficients of(MicroBatch batch, Scores scores) {
    float[][] outputs = packed.zeros();
    float[][] entropy = packed.zeros();
    batch.scatter(scores.outputs(), outputs);
    if (scores.entropy().length > 0) {
      batch.scatter(scores.entropy(), entropy);
    }
    int[] rows = Arrays.stream(batch.sequences()).distinct().toArray();
    try (ArrayScope _ = ArrayScope.open()) {
      LossResult result = loss.of(rows, array(outputs, rows), array(entropy, rows));
      INDArray byEntropy = result.entropyGradient();
      return new TrainStep.Coefficients(
          batch.gather(spread(result.gradient(), rows)),
          byEntropy == null ? null : batch.gather(spread(byEntropy, rows)));
    }
  }

  private INDArray array(float[][] values, int[] rows) {
    return PaddedArrays.of(PaddedArrays.pick(values, rows), packed.columns());
  }

  /** Rows {@code [b][T]} back at their places in {@code [B][T]}. */
  private float[][] spread(INDArray derivative, int[] rows) {
    float[][] values = PaddedArrays.rows(derivative);
    float[][] all = new float[packed.sequences().size()][];
    for (int i = 0; i < rows.length; i++) {
      all[rows[i]] = values[i];
    }
    return all;
  }
}
