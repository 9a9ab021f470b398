package org.align4j.algorithms.loss;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.align4j.algorithms.convention.Convention;
import org.align4j.algorithms.loss.surrogate.PpoClip;
import org.align4j.algorithms.offpolicy.OffPolicy;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What a setting needs and the inputs do not have. */
class MissingInputsTest {

  private static final INDArray ONES = Nd4j.ones(DataType.DOUBLE, 1, 2);

  private static void evaluate(PolicyLossInputs inputs, PolicyLossSettings settings) {
    var _ = new PolicyObjective(new PpoClip(), settings).evaluate(inputs);
  }

  @Test
  void whatASettingNeedsMustBeThere() {
    PolicyLossInputs bare = PolicyLossInputs.of(ONES, ONES, ONES, ONES);
    PolicyLossSettings settings = PolicyLossSettings.of(Convention.OPENRLHF);
    assertThatThrownBy(() -> evaluate(bare, settings.withKl(0.1, "k2")))
        .hasMessage(
            "refLogProbs are missing: klCoefficient is 0.1, so score the reference model or set it"
                + " to 0");
    assertThatThrownBy(() -> evaluate(bare, settings.withEntropyCoefficient(0.1)))
        .hasMessage(
            "entropy is missing: entropyCoefficient is 0.1, so pass the entropy or set it to 0");
    assertThatThrownBy(() -> evaluate(bare, settings.withOffPolicy(OffPolicy.FLASH_REINFORCE)))
        .hasMessage(
            "rolloutLogProbs are missing: gates and weights compare the policy that sampled; pass its"
                + " log-probs, or set no gate and no weight");
  }
}
