package org.align4j.algorithms.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What a loss is given. */
class PolicyLossInputsTest {

  @Test
  void aCopyWithOneArrayReplacedKeepsTheOthers() {
    INDArray a = ones(1, 2);
    INDArray b = ones(1, 2).muli(2);
    INDArray c = ones(1, 2).muli(3);
    INDArray mask = Nd4j.createFromArray(new double[][] {{1, 0}});
    INDArray other = ones(1, 2).muli(9);
    PolicyLossInputs bare = PolicyLossInputs.of(a, b, c, mask);
    PolicyLossInputs full =
        bare.withEntropy(other)
            .withRefLogProbs(a)
            .withRolloutLogProbs(b)
            .withLogProbs(other)
            .withRight(mask);
    assertThat(full).isEqualTo(new PolicyLossInputs(other, b, c, mask, b, a, other, mask));
  }

  @Test
  void shapesMustMatchTheMask() {
    INDArray good = ones(2, 3);
    INDArray wide = ones(2, 4);
    String rest = " [2, 4] does not match mask [2, 3]: pass the mask of the same rollout";
    PolicyLossInputs inputs = PolicyLossInputs.of(good, good, good, good);
    assertThatThrownBy(() -> PolicyLossInputs.of(wide, good, good, good))
        .hasMessage("logProbs" + rest);
    assertThatThrownBy(() -> PolicyLossInputs.of(good, wide, good, good))
        .hasMessage("oldLogProbs" + rest);
    assertThatThrownBy(() -> PolicyLossInputs.of(good, good, wide, good))
        .hasMessage("advantages" + rest);
    assertThatThrownBy(() -> inputs.withRolloutLogProbs(wide)).hasMessage("rolloutLogProbs" + rest);
    assertThatThrownBy(() -> inputs.withRefLogProbs(wide)).hasMessage("refLogProbs" + rest);
    assertThatThrownBy(() -> inputs.withEntropy(wide)).hasMessage("entropy" + rest);
    assertThatThrownBy(() -> inputs.withRight(wide)).hasMessage("right" + rest);
    assertThatThrownBy(() -> inputs.withLogProbs(wide)).hasMessage("logProbs" + rest);
    INDArray flat = Nd4j.ones(DataType.DOUBLE, 3);
    assertThatThrownBy(() -> PolicyLossInputs.of(flat, flat, flat, flat))
        .hasMessage("mask is [3]: it must be [B,T]");
    assertThatThrownBy(() -> BatchTotals.of(flat)).hasMessage("mask is [3]: it must be [B,T]");
    assertThatThrownBy(() -> BatchTotals.of(Nd4j.zeros(DataType.DOUBLE, 2, 3)))
        .hasMessage("mask has 0.0 response tokens: a batch needs at least one");
  }

  private static INDArray ones(long... shape) {
    return Nd4j.ones(DataType.DOUBLE, shape);
  }
}
