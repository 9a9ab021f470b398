package org.align4j.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.align4j.algorithms.reward.spec.RewardSpec;
import org.junit.jupiter.api.Test;

/** What docs/rewards.md shows is what the build compiles and reads. */
final class RewardsPageTest {

  private static final Path PAGE = Path.of("../docs/rewards.md");
  private static final Path PROGRAM =
      Path.of("src/it/consumer/src/main/java/example/OwnReward.java");

  /** The lines of the block that begins with this fence. */
  private static List<String> block(String fence) throws IOException {
    List<String> lines = Files.readAllLines(PAGE);
    int start = lines.indexOf(fence) + 1;
    assertThat(start).as(fence).isPositive();
    List<String> rest = lines.subList(start, lines.size());
    return rest.subList(0, rest.indexOf("```"));
  }

  private static List<String> stripped(List<String> lines) {
    return lines.stream().map(String::strip).toList();
  }

  @Test
  void theProgramIsThatOfTheConsumerProject() throws IOException {
    List<String> shown = stripped(block("```java"));
    assertThat(shown).hasSizeGreaterThan(5);
    assertThat(stripped(Files.readAllLines(PROGRAM))).containsSequence(shown);
  }

  @Test
  void everySpecShownIsRead() throws IOException {
    assertThat(block("```").stream().map(line -> RewardSpec.parse(line).terms().size()))
        .containsExactly(1, 2, 2, 2);
  }

  @Test
  void theYamlShownIsRead() throws IOException {
    JsonNode shown =
        new ObjectMapper(new YAMLFactory()).readTree(String.join("\n", block("```yaml")));
    assertThat(RewardSpec.of(shown.path("reward")).text())
        .isEqualTo(
            "math*0.9+format*0.1+http://localhost:5000/get_reward(timeout=10s)*0.5"
                + "+model:/models/rm*0.5+judge:my-model(baseUrl=http://localhost:8000/v1)*0.0");
  }
}
