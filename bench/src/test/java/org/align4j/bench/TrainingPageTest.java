package org.align4j.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.align4j.algorithms.run.config.ConfigFile;
import org.align4j.algorithms.run.config.TrainConfig;
import org.align4j.algorithms.settings.field.Fields;
import org.align4j.algorithms.train.experience.ResolvedAlgorithm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What docs/training.md shows is what the build compiles and reads. */
final class TrainingPageTest {

  private static final Path PAGE = Path.of("../docs/training.md");
  private static final Path PROGRAM = Path.of("src/it/consumer/src/main/java/example/Train.java");

  @TempDir private Path folder;

  private static List<String> block(String fence) throws IOException {
    List<String> lines = Files.readAllLines(PAGE);
    int start = lines.indexOf(fence) + 1;
    assertThat(start).as(fence).isPositive();
    List<String> rest = lines.subList(start, lines.size());
    return rest.subList(0, rest.indexOf("```"));
  }

  @Test
  void theYamlShownIsReadAndHasAtMostFifteenLines() throws IOException {
    List<String> yaml = block("```yaml");
    Path file = folder.resolve("c.yaml");
    Files.write(file, yaml);
    TrainConfig config = TrainConfig.of(ConfigFile.read(file, TrainConfig.embedded().parts()));
    assertThat(config.input().updates()).hasValue(200);
    assertThat(config.training().update().learningRate()).isEqualTo(1e-5);
    assertThat(yaml).hasSizeLessThanOrEqualTo(15);
  }

  /** Settings of the further examples are known, and make a recipe. */
  @Test
  void everyExampleOfStaleRolloutsMakesARecipe() throws IOException {
    List<String> lines = Files.readAllLines(PAGE);
    int examples = 0;
    for (int i = lines.indexOf("## Stale rollouts"); !lines.get(i).equals("## Guards"); i++) {
      List<String> rest = lines.subList(i + 1, lines.size());
      String[] cells = lines.get(i).split("`", -1);
      if (lines.get(i).equals("```yaml")) {
        examples += recipe(rest.subList(0, rest.indexOf("```")));
      } else if (lines.get(i).startsWith("|") && cells.length == 3 && cells[1].contains(":")) {
        examples += recipe(List.of("offPolicy: {" + cells[1] + "}"));
      }
    }
    assertThat(examples).isEqualTo(7);
  }

  private int recipe(List<String> yaml) throws IOException {
    Path file = Files.write(folder.resolve("example.yaml"), yaml);
    TrainConfig config = TrainConfig.of(ConfigFile.read(file, TrainConfig.embedded().parts()));
    assertThat(ResolvedAlgorithm.of(config.training()).objective().settings().offPolicy().isOn())
        .as(yaml.toString())
        .isTrue();
    return 1;
  }

  @Test
  void theProgramIsThatOfTheConsumerProject() throws IOException {
    List<String> shown = block("```java").stream().map(String::strip).toList();
    assertThat(shown).hasSizeGreaterThan(5);
    assertThat(Files.readAllLines(PROGRAM).stream().map(String::strip).toList())
        .containsSequence(shown);
  }

  /** Every default in the table of what looks after a run is the code's. */
  @Test
  void theDefaultsShownAreTheCodes() throws IOException {
    Map<String, String> defaults = new java.util.HashMap<>();
    for (Record part : TrainConfig.embedded().parts()) {
      Fields.all(part).forEach(field -> defaults.put(field.path(), field.value()));
    }
    int checked = 0;
    for (String line : Files.readAllLines(PAGE)) {
      String[] cells = line.split("\\|", -1);
      if (cells.length == 5 && cells[1].strip().matches("(`\\w+\\.\\w+`(, )?)+")) {
        String[] paths = cells[1].replace("`", "").strip().split(", ", -1);
        String[] values = cells[2].strip().split(", ", -1);
        if (paths.length != values.length || !defaults.containsKey(paths[0])) {
          continue;
        }
        for (int i = 0; i < paths.length; i++) {
          String value = String.valueOf(defaults.get(paths[i]));
          assertThat(value.replaceFirst("\\.0$", "")).as(paths[i]).isEqualTo(values[i]);
          checked++;
        }
      }
    }
    assertThat(checked).isGreaterThan(12);
  }
}
