package org.align4j.core.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class MaskedTest {

  private static final INDArray X =
      Nd4j.createFromArray(new double[][] {{1, 2, 99}, {4, -77, 5}, {55, 66, 77}});
  private static final INDArray MASK =
      Nd4j.createFromArray(new double[][] {{1, 1, 0}, {1, 0, 1}, {0, 0, 0}});

  /** 1, 2, 4, 5: mean 3, squares 4+1+1+4. */
  @Test
  void statisticsSeeOnlyWhereTheMaskIsOne() {
    assertThat(Masked.count(MASK)).isEqualTo(4);
    assertThat(Masked.sum(X, MASK)).isEqualTo(12);
    assertThat(Masked.mean(X, MASK)).isEqualTo(3);
    assertThat(Masked.variance(X, MASK, 0)).isEqualTo(2.5);
    assertThat(Masked.variance(X, MASK, 1)).isCloseTo(10.0 / 3, within(1e-15));
    assertThat(X.getDouble(0, 2)).isEqualTo(99);
  }

  @Test
  void thereIsNoMeanOfNothingAndNoVarianceOfTooLittle() {
    INDArray none = Nd4j.zeros(DataType.DOUBLE, 3, 3);
    assertThatThrownBy(() -> Masked.mean(X, none))
        .hasMessage("mask [3, 3] has no ones: there is no mean");
    assertThatThrownBy(() -> Masked.variance(X, none, 0))
        .hasMessage("mask [3, 3] has 0.0 ones: a variance with ddof 0 needs at least 1");
  }

  @Test
  void theLastOneOfARowIsFoundBehindHoles() {
    assertThat(Masked.last(MASK).toDoubleMatrix())
        .isDeepEqualTo(new double[][] {{0, 1, 0}, {0, 0, 1}, {0, 0, 0}});
    assertThat(Masked.last(MASK.castTo(DataType.FLOAT)).dataType()).isEqualTo(DataType.FLOAT);
  }

  /** Half has no odd number above 2,048, bfloat16 none above 256. */
  @Test
  void theLastOneIsFoundInRowsOfAnyLengthAndType() {
    int columns = 3000;
    for (DataType type : new DataType[] {DataType.FLOAT16, DataType.BFLOAT16, DataType.FLOAT}) {
      INDArray mask = Nd4j.create(DataType.FLOAT, 3, columns);
      mask.putScalar(0, 2998, 1).putScalar(0, 2997, 1).putScalar(1, 0, 1);
      for (int t = 0; t < columns; t++) {
        mask.putScalar(2, t, 1);
      }
      INDArray last = Masked.last(mask.castTo(type));
      assertThat(last.dataType()).isEqualTo(type);
      assertThat(last.sum(1).castTo(DataType.DOUBLE).toDoubleVector()).containsExactly(1, 1, 1);
      assertThat(last.getDouble(0, 2998)).isEqualTo(1);
      assertThat(last.getDouble(1, 0)).isEqualTo(1);
      assertThat(last.getDouble(2, 2999)).isEqualTo(1);
    }
  }

  @Test
  void aVectorSpreadsOverItsRow() {
    assertThat(Masked.spread(Nd4j.createFromArray(7.0, 8, 9), MASK).toDoubleMatrix())
        .isDeepEqualTo(new double[][] {{7, 7, 0}, {8, 0, 8}, {0, 0, 0}});
    assertThat(Masked.column(Nd4j.createFromArray(7.0, 8)).shape()).containsExactly(2, 1);
  }

  @Test
  void clipHoldsAndInsideSaysWhere() {
    INDArray x = Nd4j.createFromArray(-2.0, -1, 0, 1, 2);
    double infinity = Double.POSITIVE_INFINITY;
    assertThat(Masked.clip(x, -1, 1).toDoubleVector()).containsExactly(-1, -1, 0, 1, 1);
    assertThat(Masked.clip(x, -infinity, 1).toDoubleVector()).containsExactly(-2, -1, 0, 1, 1);
    assertThat(Masked.clip(x, -1, infinity).toDoubleVector()).containsExactly(-1, -1, 0, 1, 2);
    assertThat(Masked.inside(x, -1, 1).toDoubleVector()).containsExactly(0, 1, 1, 1, 0);
    assertThat(Masked.inside(x, -infinity, infinity).toDoubleVector())
        .containsExactly(1, 1, 1, 1, 1);
    assertThat(x.toDoubleVector()).containsExactly(-2, -1, 0, 1, 2);
  }
}
