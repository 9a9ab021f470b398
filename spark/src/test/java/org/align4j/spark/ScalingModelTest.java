package org.align4j.spark;

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
import org.align4j.spark.ScalingModel.Job;
import org.align4j.spark.ScalingModel.Machine;
import org.junit.jupiter.api.Test;

class ScalingModelTest {

  private static final Path DOCUMENT = Path.of("../docs/cluster.md");

  /** 32 cores of the machine of docs/performance.md, with the memory of a server. */
  private static final Machine SERVER = new Machine(3.1e12, 200e9);

  private static Job job(double parameters, double trained) {
    return new Job(parameters, trained, 256, 4, 128, 256, 2);
  }

  private static List<String> rows() {
    List<String> rows = new ArrayList<>();
    Map<Double, String> models = new TreeMap<>(Map.of(135e6, "135M", 1e9, "1B", 8e9, "8B"));
    models.forEach((parameters, name) -> {
      for (double share : new double[] {1, 0.01}) {
        for (int gigabits : new int[] {1, 10, 100}) {
          ScalingModel model =
              new ScalingModel(job(parameters, share * parameters), SERVER, gigabits * 1e9);
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

  /** By hand: 512 MB twice three quarters through 1 Gbit/s is 6.1 s a step, as two steps. */
  @Test
  void theExchangeIsBoundByTheLink() {
    Job small = job(128e6, 128e6);
    double slow = new ScalingModel(small, SERVER, 1e9).seconds(4);
    double fast = new ScalingModel(small, SERVER, 1e15).seconds(4);
    assertThat(slow - fast).isCloseTo(2 * 2 * 0.75 * 512e6 * 8 / 1e9, within(1e-3));
  }
}
