package org.align4j.algorithms.advantage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.align4j.algorithms.convention.Convention;
import org.align4j.algorithms.convention.Convention.Discounting;
import org.align4j.core.tensor.ArrayScope;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * One pass over rows has the bits of array ops column by column, in float and in double: the same
 * operations in the same order, each rounded by itself.
 */
class ReturnsTest {

  /** Random masks with holes, empty and full rows, and arrays in every layout. */
  private record Case(
      INDArray rewards, INDArray values, INDArray mask, double gamma, double lambda) {
    static Case draw(Random random, DataType type) {
      int rows = 1 + random.nextInt(random.nextInt(8) == 0 ? 80 : 5);
      int columns = 1 + random.nextInt(random.nextInt(8) == 0 ? 60 : 9);
      double share = random.nextInt(5) / 4.0;
      INDArray mask = array(random, type, rows, columns);
      INDArray rewards = array(random, type, rows, columns);
      INDArray values = array(random, type, rows, columns);
      for (int i = 0; i < rows; i++) {
        for (int t = 0; t < columns; t++) {
          mask.putScalar(i, t, random.nextDouble() < share ? 1 : 0);
          rewards.putScalar(i, t, number(random));
          values.putScalar(i, t, number(random));
        }
      }
      double[] factors = {0, 1, 0.1, 0.5, 0.99, random.nextDouble()};
      return new Case(
          rewards,
          values,
          mask,
          factors[1 + random.nextInt(factors.length - 1)],
          factors[random.nextInt(factors.length)]);
    }

    /** Zeros of both signs among others: a score's column is all −0 but its last token. */
    private static double number(Random random) {
      return switch (random.nextInt(4)) {
        case 0 -> 0.0;
        case 1 -> -0.0;
        default -> random.nextGaussian() * Math.pow(10, random.nextInt(5) - 2);
      };
    }

    /** Dense by rows, dense by columns, or a part of a larger array with gaps between. */
    private static INDArray array(Random random, DataType type, int rows, int columns) {
      return switch (random.nextInt(4)) {
        case 0 -> Nd4j.create(type, new long[] {rows, columns}, 'f');
        case 1 ->
            Nd4j.create(type, rows + 2, 2 * columns + 1)
                .get(
                    NDArrayIndex.interval(1, rows + 1),
                    NDArrayIndex.interval(1, 2, 2 * columns + 1));
        case 2 -> Nd4j.create(type, columns, rows).transpose();
        default -> Nd4j.create(type, rows, columns);
      };
    }
  }

  private static List<Case> cases() {
    Random random = new Random(7);
    List<Case> cases = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      cases.add(Case.draw(random, DataType.FLOAT));
      cases.add(Case.draw(random, DataType.DOUBLE));
    }
    return cases;
  }

  private static void assertSameBits(INDArray got, INDArray expected) {
    assertThat(got.dataType()).isEqualTo(expected.dataType());
    assertThat(got.shape()).containsExactly(expected.shape());
    assertThat(got.dup('c').data().asDouble()).containsExactly(expected.dup('c').data().asDouble());
  }

  @Test
  void returnsToGoHaveTheBitsOfArrayOpsColumnByColumn() {
    for (Case it : cases()) {
      for (Discounting discounting : Discounting.values()) {
        assertSameBits(
            Returns.toGo(it.rewards, it.mask, it.gamma, discounting),
            ColumnReturns.toGo(it.rewards, it.mask, it.gamma, discounting));
      }
    }
  }

  @Test
  void returnsThatStopAtHolesHaveTheBitsOfArrayOpsColumnByColumn() {
    Convention stopping = Convention.of("verl-0.7");
    assertThat(stopping.advantage().returnsStopAtHoles()).isTrue();
    for (Case it : cases()) {
      AdvantageSettings settings = AdvantageSettings.of(stopping).withGamma(it.gamma);
      assertSameBits(
          Returns.ofTurns(it.rewards, it.mask, settings),
          ColumnReturns.stopping(it.rewards, it.mask, it.gamma));
    }
  }

  @Test
  void generalisedAdvantagesHaveTheBitsOfArrayOpsColumnByColumn() {
    for (Case it : cases()) {
      for (Discounting discounting : Discounting.values()) {
        assertSameBits(
            Returns.generalised(it.rewards, it.values, it.mask, it.gamma, it.lambda, discounting),
            ColumnReturns.generalised(
                it.rewards, it.values, it.mask, it.gamma, it.lambda, discounting));
      }
    }
  }

  /** Memory of a scope lies at any place of a larger buffer. */
  @Test
  void aScopeOfArraysChangesNothing() {
    Case it = Case.draw(new Random(3), DataType.FLOAT);
    INDArray expected = ColumnReturns.toGo(it.rewards, it.mask, 0.9, Discounting.EVERY_COLUMN);
    for (int i = 0; i < 3; i++) {
      try (ArrayScope _ = ArrayScope.open()) {
        INDArray rewards = it.rewards.mul(1);
        assertSameBits(
            Returns.toGo(rewards, it.mask.dup(), 0.9, Discounting.EVERY_COLUMN), expected);
      }
    }
  }

  @Test
  void argumentsStayAsTheyWere() {
    for (Case it : cases()) {
      INDArray rewards = it.rewards.dup();
      INDArray mask = it.mask.dup();
      Returns.toGo(it.rewards, it.mask, it.gamma, Discounting.RESPONSE_TOKENS);
      assertSameBits(it.rewards, rewards);
      assertSameBits(it.mask, mask);
    }
  }

  /** Half precision is summed in float: 1 + 3,000 · 2⁻¹¹ in steps that half would lose. */
  @Test
  void narrowTypesAreAddedUpInFloat() {
    INDArray rewards = Nd4j.valueArrayOf(new long[] {1, 3001}, Math.pow(2, -11), DataType.FLOAT16);
    rewards.putScalar(0, 3000, 1);
    INDArray got = Returns.toGo(rewards, Nd4j.onesLike(rewards), 1, Discounting.EVERY_COLUMN);
    assertThat(got.dataType()).isEqualTo(DataType.FLOAT16);
    // 2.46484375, to the 2⁻⁹ that half has there: exact.
    assertThat(got.getDouble(0, 0)).isEqualTo(2.46484375);
  }

  @Test
  void otherShapesAreRefused() {
    INDArray mask = Nd4j.ones(2, 3);
    assertThatThrownBy(() -> Returns.toGo(Nd4j.ones(2, 4), mask, 1, Discounting.EVERY_COLUMN))
        .hasMessage(
            "rewards [2, 4] do not match mask [2, 3]: both must be [B,T] of the same rollout, and"
                + " not empty");
    assertThatThrownBy(
            () -> Returns.generalised(mask, Nd4j.ones(3, 2), mask, 1, 1, Discounting.EVERY_COLUMN))
        .hasMessageStartingWith("values [3, 2] do not match mask [2, 3]");
  }
}
