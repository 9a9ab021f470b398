package org.align4j.spark.scaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.align4j.spark.scaling.ScalingModel.Job;
import org.align4j.spark.scaling.ScalingModel.Machine;
import org.align4j.spark.scaling.ScalingModel.Parts;
import org.align4j.spark.scaling.ScalingModel.Rates;
import org.junit.jupiter.api.Test;

class ScalingModelTest {

  private static final Path DOCUMENT = Path.of("../docs/cluster.md");

  /** 32 cores of the machine of docs/performance.md, with the memory of a server. */
  private static final Machine SERVER = new Machine(3.1e12, 200e9, 20e9);

  private static Job job(double parameters, double trained) {
    return new Job(
        parameters, trained, 4 * parameters, 256, 64 * 128, 256, 64 * 128 + 256 * 256, 2, 32);
  }

  private static List<String> rows() {
    List<String> rows = new ArrayList<>();
    Map<Double, String> models = new TreeMap<>(Map.of(135e6, "135M", 1e9, "1B", 8e9, "8B"));
    models.forEach((parameters, name) -> {
      for (double share : new double[] {1, 0.01}) {
        for (int gigabits : new int[] {1, 10, 100}) {
          ScalingModel model =
              new ScalingModel(
                  job(parameters, share * parameters), SERVER, Rates.USUAL, gigabits * 1e9);
          rows.add(
              String.format(
                  Locale.ROOT,
                  "| %s | %s | %d | %.0f | %.1f | %.1f | %.1f | %d |",
                  name,
                  share == 1 ? "all" : "1 %",
                  gigabits,
                  model.seconds(1),
                  model.speedUp(2),
                  model.speedUp(8),
                  model.speedUp(32),
                  model.useful()));
        }
      }
    });
    return rows;
  }

  @Test
  void theDocumentHasTheModelsTable() throws IOException {
    assertThat(Files.readAllLines(DOCUMENT)).containsSequence(rows());
  }

  /**
   * By hand: 512 MB twice three quarters through 1 Gbit/s is 6.1 s a step, and frames have heads.
   */
  @Test
  void theExchangeIsBoundByTheLink() {
    Job small = job(128e6, 128e6);
    double slow = new ScalingModel(small, SERVER, Rates.USUAL, 1e9).parts(4).exchange();
    assertThat(slow).isCloseTo(2 * 2 * 0.75 * 512e6 * 8 * 1514 / 1448e9, within(1e-3));
  }

  @Test
  void whatTheMachineCannotSendTheLinkDoesNotSpeedUp() {
    Job small = job(128e6, 128e6);
    Machine slow = new Machine(3.1e12, 200e9, 2e9);
    assertThat(new ScalingModel(small, slow, Rates.USUAL, 100e9).parts(2).exchange())
        .isCloseTo(2 * 512e6 * 8 / 2e9, within(1e-3));
  }

  /** What is shared is halved on two executors: 180 s of scoring are saved, so 40 s are fixed. */
  @Test
  void aFittedModelSaysWhatOneAndTwoExecutorsMeasured() {
    Machine half = new Machine(50e9, 7e9, 1e15);
    Parts one = new Parts(600, 400, 1200, 0, 0, 2, 3);
    Parts two = new Parts(360, 220, 650, 0, 4, 2, 5);
    ScalingModel model =
        new ScalingModel(job(128e6, 128e6), half, Rates.USUAL, 1e15).fitted(one, two, half);
    assertThat(model.rates().scoring().fixed()).isCloseTo(40, within(1e-6));
    assertThat(model.rates().scoring().share())
        .isCloseTo(2 * 128e6 * 73_728 / 50e9 / 360, within(1e-9));
    for (int executors : new int[] {1, 2}) {
      Parts measured = executors == 1 ? one : two;
      Parts said = model.parts(executors);
      assertThat(said.sampling()).isCloseTo(measured.sampling(), within(1e-6));
      assertThat(said.scoring()).isCloseTo(measured.scoring(), within(1e-6));
      assertThat(said.gradients()).isCloseTo(measured.gradients(), within(1e-6));
      assertThat(said.exchange()).isCloseTo(measured.exchange(), within(1e-3));
      assertThat(said.step()).isCloseTo(2, within(1e-6));
      assertThat(said.stages()).isEqualTo(4);
    }
    assertThat(model.parts(4).scoring()).isCloseTo(40 + 360.0 / 4, within(1e-6));
  }

  /** Noise: two executors that took longer than one say nothing of what is fixed. */
  @Test
  void whereTwoWereNoFasterTheRateIsThatOfOne() {
    Machine half = new Machine(50e9, 7e9, 1e15);
    Parts one = new Parts(600, 400, 1200, 0, 0, 2, 3);
    Parts two = new Parts(360, 410, 650, 0, 4, 2, 5);
    ScalingModel model =
        new ScalingModel(job(128e6, 128e6), half, Rates.USUAL, 1e15).fitted(one, two, half);
    assertThat(model.rates().scoring().fixed()).isZero();
    assertThat(model.parts(1).scoring()).isCloseTo(400, within(1e-6));
  }
}
