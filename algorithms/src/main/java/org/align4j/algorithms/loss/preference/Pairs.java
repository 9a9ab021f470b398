package org.align4j.algorithms.loss.preference;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/** What losses over preference pairs share. */
final class Pairs {

  private Pairs() {}

  static void check(String one, INDArray a, String other, INDArray b) {
    checkArgument(
        a.rank() == 1 && Arrays.equals(a.shape(), b.shape()),
        "%s %s does not match %s %s: pass vectors [B] of the same pairs",
        other,
        Arrays.toString(b.shape()),
        one,
        Arrays.toString(a.shape()));
  }

  /** {@code log σ(x) = min(x, 0) − log(1 + e^(−|x|))}: exact for large x of either sign. */
  static INDArray logSigmoid(INDArray x) {
    INDArray tail = Transforms.exp(Transforms.abs(x, true).negi(), false).addi(1);
    return Transforms.min(x, 0, true).subi(Transforms.log(tail, false));
  }

  /** Share of differences above 0. */
  static double accuracy(INDArray ahead) {
    return ahead.gt(0).castTo(ahead.dataType()).meanNumber().doubleValue();
  }
}
