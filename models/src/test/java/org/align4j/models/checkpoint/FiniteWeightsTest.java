package org.align4j.models.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.align4j.core.engine.NotFiniteException;
import org.align4j.core.file.BadFileException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

final class FiniteWeightsTest {

  private static final Path FILE = Path.of("model.safetensors");

  @ParameterizedTest
  @CsvSource({"NaN, NaN", "Infinity, infinite", "-Infinity, infinite"})
  void aWeightThatIsNotFiniteIsToldWithItsTensor(float value, String called) {
    // The last of more numbers than are looked at at once.
    INDArray array = Nd4j.create(new float[20_001]);
    array.putScalar(20_000, value);
    assertThatThrownBy(() -> FiniteWeights.checked(FILE, "a.weight", array))
        .isInstanceOf(BadFileException.class)
        .hasCauseInstanceOf(NotFiniteException.class)
        .hasMessageStartingWith(
            "model.safetensors: tensor a.weight has a weight that is not finite (" + called + ")");
  }

  @Test
  void theLargestNumberIsFinite() {
    INDArray array = Nd4j.create(new float[] {Float.MAX_VALUE, -Float.MAX_VALUE, -0f});
    assertThat(FiniteWeights.checked(FILE, "a", array)).isSameAs(array);
  }
}
