package org.align4j.algorithms.train.update;

import java.util.stream.IntStream;
import org.align4j.algorithms.loss.LossResult;
import org.align4j.algorithms.train.rollout.PaddedArrays;
import org.align4j.algorithms.train.step.TrainStep;
import org.align4j.core.engine.Network;
import org.align4j.core.engine.NotFiniteException;
import org.align4j.core.engine.Scores;
import org.align4j.core.tensor.ArrayScope;
import org.align4j.models.policy.MicroBatch;
import org.align4j.models.policy.PackedSequences;
import org.align4j.models.policy.SequenceScores;
import org.jspecify.annotations.Nullable;

/**
 * A loss over all rows {@code [B,T]} of a mini-batch at once, in their order: micro-batches only
 * take their parts of its gradient, so it is the same however the batch is cut. Where there are
 * several, the mini-batch is scored once before; the engine scores with the bits it trains with.
 */
final class WholeBatchLoss implements TrainStep.Loss {

  private final PackedSequences packed;
  private final RowLoss.RowFunction loss;
  private @Nullable Derivatives derivatives;

  /** {@code [B][T]} each. */
  private record Derivatives(float[][] outputs, float @Nullable [][] entropy) {}

  WholeBatchLoss(Network network, PackedSequences packed, RowLoss.RowFunction loss) {
    this.packed = packed;
    this.loss = loss;
    if (packed.batches().size() > 1) {
      derivatives = scored(network);
    }
  }

  private Derivatives scored(Network network) {
    try {
      SequenceScores scores = SequenceScores.of(network, packed);
      return evaluate(scores.outputs(), scores.entropy());
    } catch (NotFiniteException e) {
      // The step meets it too, says where, and asks the guard.
      return new Derivatives(packed.zeros(), null);
    }
  }

  private Derivatives evaluate(float[][] outputs, float[][] entropy) {
    int columns = packed.columns();
    try (ArrayScope _ = ArrayScope.open()) {
      LossResult result =
          loss.of(
              IntStream.range(0, outputs.length).toArray(),
              PaddedArrays.of(outputs, columns),
              PaddedArrays.of(entropy, columns));
      return new Derivatives(
          PaddedArrays.rows(result.gradient()),
          result.entropyGradient() == null ? null : PaddedArrays.rows(result.entropyGradient()));
    }
  }

  @Override
  public TrainStep.Coefficients of(MicroBatch batch, Scores scores) {
    Derivatives found = derivatives;
    if (found == null) {
      float[][] outputs = packed.zeros();
      float[][] entropy = packed.zeros();
      batch.scatter(scores.outputs(), outputs);
      batch.scatter(scores.entropy(), entropy);
      found = evaluate(outputs, entropy);
      derivatives = found;
    }
    return new TrainStep.Coefficients(
        batch.gather(found.outputs), found.entropy == null ? null : batch.gather(found.entropy));
  }
}
