package org.align4j.algorithms.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.align4j.algorithms.settings.field.Fields;
import org.junit.jupiter.api.Test;

/** {@code docs/settings.md} shows what the code says of each setting. */
class SettingsDocumentTest {

  private static final Path DOCUMENT = Path.of("../docs/settings.md");

  private static List<String> rows(Record... presets) {
    List<String> rows = new ArrayList<>();
    for (int i = 0; i < Fields.all(presets[0]).size(); i++) {
      Fields.Field field = Fields.all(presets[0]).get(i);
      List<String> values = new ArrayList<>();
      for (Record preset : presets) {
        values.add(Fields.all(preset).get(i).value());
      }
      rows.add(
          "| `%s` | %s | %s |".formatted(field.path(), String.join(" | ", values), field.doc()));
    }
    return rows;
  }

  private static List<String> table(String heading) throws IOException {
    List<String> rows = new ArrayList<>();
    boolean inside = false;
    for (String line : Files.readAllLines(DOCUMENT)) {
      if (line.startsWith("#")) {
        inside = line.endsWith(heading);
      } else if (inside && line.startsWith("| `")) {
        rows.add(line);
      }
    }
    return rows;
  }

  @Test
  void everySettingOfReinforcementLearningIsThere() throws IOException {
    assertThat(table("Reinforcement learning"))
        .isEqualTo(rows(RlSettings.paper(), RlSettings.arithmetic(), RlSettings.smallModel()));
  }

  @Test
  void everySettingOfSupervisedFineTuningIsThere() throws IOException {
    assertThat(table("Supervised fine-tuning"))
        .isEqualTo(rows(SftSettings.arithmetic(), SftSettings.smallModel()));
  }

  @Test
  void everySettingOfPreferenceTrainingIsThere() throws IOException {
    assertThat(table("Preference pairs"))
        .isEqualTo(rows(PreferenceSettings.rewardModel(), PreferenceSettings.direct()));
  }
}
