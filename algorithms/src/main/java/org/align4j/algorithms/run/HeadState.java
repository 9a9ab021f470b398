package org.align4j.algorithms.run;

import static com.google.common.base.Preconditions.checkArgument;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.hash.Hashing;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.align4j.algorithms.preference.FrozenHead;
import org.align4j.algorithms.run.config.RewardModelConfig;
import org.align4j.algorithms.settings.field.Fields;
import org.align4j.core.file.AtomicFiles;
import org.align4j.core.file.BadFileException;
import org.align4j.core.file.JsonFiles;

/**
 * The training state of a frozen head: one file of doubles, which JSON keeps exactly, with its
 * settings and its SHA-256.
 */
final class HeadState {

  private static final String FILE = "head.json";
  private static final String SUM = "sha256";
  private static final int FORMAT = 1;
  private static final long LARGEST = 64 << 20;

  private HeadState() {}

  static void save(Path folder, RewardModelConfig config, FrozenHead.State state) {
    ObjectNode root = JsonFiles.mapper().createObjectNode();
    root.put("format", FORMAT);
    root.set("settings", Fields.toTree(config));
    root.put("epochs", state.epochs());
    root.put("steps", state.steps());
    root.set("weights", JsonFiles.mapper().valueToTree(state.weights()));
    root.set("moments", JsonFiles.mapper().valueToTree(state.moments()));
    root.put(SUM, sum(root));
    AtomicFiles.createFolder(
        folder, temporary -> Files.writeString(temporary.resolve(FILE), root + "\n"));
  }

  /**
   * Reads a state.
   *
   * @param live the state as it is: what is read has its sizes
   */
  static FrozenHead.State load(Path folder, RewardModelConfig config, FrozenHead.State live) {
    Path file = folder.resolve(FILE);
    if (!Files.isRegularFile(file)) {
      throw new BadFileException(folder, "it is not a state of a frozen head: it has no %s", FILE);
    }
    ObjectNode root = (ObjectNode) JsonFiles.readObject(file, LARGEST);
    String sum = root.path(SUM).asText();
    root.remove(SUM);
    if (root.path("format").asInt() != FORMAT || !sum(root).equals(sum)) {
      throw new BadFileException(
          file, "its contents do not match its checksum: it is damaged; use an earlier state");
    }
    JsonNode saved = root.path("settings");
    for (Fields.Field field : Fields.all(config)) {
      String before = saved.at("/" + field.path().replace('.', '/')).asText();
      checkArgument(
          !field.changesResults() || before.equals(field.value()),
          "%s was saved with %s %s, this run has %s: resume with the settings of the run that stopped",
          folder,
          field.path(),
          before,
          field.value());
    }
    double[] weights = doubles(root.path("weights"));
    double[] moments = doubles(root.path("moments"));
    checkArgument(
        weights.length == live.weights().length && moments.length == live.moments().length,
        "%s has %s weights, the model has %s: the state belongs to another model",
        folder,
        weights.length,
        live.weights().length);
    return new FrozenHead.State(
        root.path("epochs").asInt(), root.path("steps").asInt(), weights, moments);
  }

  private static double[] doubles(JsonNode array) {
    double[] values = new double[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.get(i).doubleValue();
    }
    return values;
  }

  private static String sum(ObjectNode root) {
    return Hashing.sha256().hashString(root.toString(), StandardCharsets.UTF_8).toString();
  }
}
