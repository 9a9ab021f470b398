package org.align4j.core.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableMap;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class GradientsTest {

  private static Parameters parameters() {
    return Parameters.zeros(
        DataType.FLOAT, ImmutableMap.of("b", new long[] {2, 3}, "a", new long[] {4}));
  }

  @Test
  void partsLieInTheOrderOfTheParameters() {
    Parameters parameters = parameters();
    try (Gradients gradients = new Gradients(parameters)) {
      for (int i = 0; i < 10; i++) {
        gradients.flat().putScalar(i, i);
      }
      assertThat(parameters.names()).containsExactly("b", "a");
      assertThat(parameters.offset("a")).isEqualTo(6);
      assertThat(gradients.get("b").toFloatMatrix())
          .isDeepEqualTo(new float[][] {{0, 1, 2}, {3, 4, 5}});
      assertThat(gradients.get("a").toFloatVector()).containsExactly(6, 7, 8, 9);
    }
  }

  @Test
  void aViewWritesThroughAndACopyDoesNot() {
    try (Gradients gradients = new Gradients(parameters())) {
      gradients.get("a").addi(1);
      assertThat(gradients.flat().sumNumber().doubleValue()).isZero();
      gradients.view("b").getRow(1).addi(2);
      gradients.view("a").addi(1);
      assertThat(gradients.flat().toFloatVector()).containsExactly(0, 0, 0, 2, 2, 2, 1, 1, 1, 1);
      gradients.zero();
      assertThat(gradients.flat().toFloatVector()).containsOnly(0f);
    }
  }

  @Test
  void parametersAreDenseAndOfOneKind() {
    INDArray view = Nd4j.zeros(DataType.FLOAT, 4, 4).getRow(1);
    assertThatThrownBy(() -> Parameters.of(ImmutableMap.of("v", view)))
        .hasMessageContaining("v is FLOAT");
    assertThatThrownBy(() ->
            Parameters.of(
                ImmutableMap.of(
                    "a", Nd4j.zeros(DataType.FLOAT, 2), "b", Nd4j.zeros(DataType.DOUBLE, 2))))
        .hasMessageContaining("b is DOUBLE");
    assertThatThrownBy(() -> Parameters.of(ImmutableMap.of()))
        .hasMessageContaining("no parameters");
  }

  @Test
  void copiesAreDeepAndAssignmentChecksShapes() {
    Parameters one = parameters();
    Parameters two = one.copy();
    two.get("a").assign(3);
    assertThat(one.get("a").sumNumber().doubleValue()).isZero();
    INDArray live = one.get("a");
    one.assign(two);
    assertThat(live.toFloatVector()).containsOnly(3f);
    Parameters other =
        Parameters.zeros(
            DataType.FLOAT, ImmutableMap.of("b", new long[] {3, 2}, "a", new long[] {4}));
    assertThatThrownBy(() -> one.assign(other))
        .hasMessageContaining("b is [2, 3], the source has [3, 2]");
    assertThatThrownBy(() -> one.get("c")).hasMessageContaining("no parameter named c");
  }
}
