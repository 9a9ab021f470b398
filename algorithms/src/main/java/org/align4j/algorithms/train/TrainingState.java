package org.align4j.algorithms.train;

import static com.google.common.base.Preconditions.checkArgument;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.align4j.algorithms.settings.Fields;
import org.align4j.algorithms.settings.RlSettings;
import org.align4j.core.file.AtomicFiles;
import org.align4j.core.file.BadFileException;
import org.align4j.core.file.JsonFiles;
import org.align4j.core.optim.AdamW;
import org.align4j.core.tensor.Parameters;
import org.align4j.models.checkpoint.Safetensors;
import org.align4j.models.checkpoint.SafetensorsWriter;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The files of a training state: {@code state.json} (counters, cursor, β, statistics, settings) and
 * for each network its parameters and moments as safetensors. A state is written whole or not at
 * all; what goes on from it has the bits of what never stopped.
 */
final class TrainingState {

  private static final String STATE = "state.json";
  private static final long LARGEST_STATE = 1 << 20;
  private static final int FORMAT = 1;

  private TrainingState() {}

  /**
   * Everything that is not an array.
   *
   * @param updates steps done
   * @param cursor prompts handed out
   * @param drawn sequences sampled
   * @param klCoefficient β
   * @param normalizer running reward statistics
   */
  record Counters(
      long updates,
      long cursor,
      long drawn,
      double klCoefficient,
      RewardNormalizer.State normalizer) {}

  /** Writes a new folder. */
  static void save(
      Path folder, RlSettings settings, Counters counters, Map<String, NetworkUpdater> updaters) {
    AtomicFiles.createFolder(folder, temporary -> write(temporary, settings, counters, updaters));
  }

  private static void write(
      Path folder, RlSettings settings, Counters counters, Map<String, NetworkUpdater> updaters)
      throws IOException {
    ObjectNode root = JsonFiles.mapper().createObjectNode();
    root.put("format", FORMAT);
    root.put("updates", counters.updates());
    root.put("cursor", counters.cursor());
    root.put("drawn", counters.drawn());
    root.put("klCoefficient", bits(counters.klCoefficient()));
    root.put("rewardCount", counters.normalizer().count());
    root.put("rewardMean", bits(counters.normalizer().mean()));
    root.put("rewardSquares", bits(counters.normalizer().squares()));
    root.set("settings", settings.toTree());
    ObjectNode steps = root.putObject("steps");
    for (Map.Entry<String, NetworkUpdater> entry : updaters.entrySet()) {
      AdamW optimizer = entry.getValue().optimizer();
      Parameters parameters = entry.getValue().network().parameters();
      String name = entry.getKey();
      steps.put(name, optimizer.steps());
      SafetensorsWriter.write(folder.resolve(name + ".safetensors"), parameters);
      Map<String, INDArray> moments = new LinkedHashMap<>();
      moments.put("first", optimizer.firstMoment());
      moments.put("second", optimizer.secondMoment());
      SafetensorsWriter.write(folder.resolve(name + ".adamw.safetensors"), Parameters.of(moments));
    }
    Files.writeString(folder.resolve(STATE), root.toPrettyString());
  }

  /** Reads a folder into the networks and optimisers given. */
  static Counters load(Path folder, RlSettings settings, Map<String, NetworkUpdater> updaters) {
    Path file = folder.resolve(STATE);
    checkArgument(
        Files.isRegularFile(file), "%s is not a training state: it has no %s", folder, STATE);
    JsonNode root = JsonFiles.readObject(file, LARGEST_STATE);
    if (root.path("format").asInt() != FORMAT) {
      throw new BadFileException(
          file, "it has format %s, %s is known", root.path("format").asText(), FORMAT);
    }
    checkSettings(folder, root.path("settings"), settings);
    for (Map.Entry<String, NetworkUpdater> entry : updaters.entrySet()) {
      read(folder, entry.getKey(), entry.getValue(), root.path("steps"));
    }
    return new Counters(
        whole(file, root, "updates"),
        whole(file, root, "cursor"),
        whole(file, root, "drawn"),
        number(file, root, "klCoefficient"),
        new RewardNormalizer.State(
            whole(file, root, "rewardCount"),
            number(file, root, "rewardMean"),
            number(file, root, "rewardSquares")));
  }

  /** Another algorithm, seed or batch is another run: its bits would not be those that stopped. */
  private static void checkSettings(Path folder, JsonNode saved, RlSettings settings) {
    for (Fields.Field field : Fields.all(settings)) {
      String before = saved.at("/" + field.path().replace('.', '/')).asText();
      checkArgument(
          !field.changesResults() || before.equals(field.value()),
          "%s was saved with %s %s, this run has %s: resume with the settings of the run that"
              + " stopped",
          folder,
          field.path(),
          before,
          field.value());
    }
  }

  private static void read(Path folder, String name, NetworkUpdater updater, JsonNode steps) {
    Parameters parameters = updater.network().parameters();
    Path weights = folder.resolve(name + ".safetensors");
    try (Safetensors file = Safetensors.open(weights)) {
      for (String parameter : parameters.names()) {
        INDArray array = parameters.get(parameter);
        INDArray stored = file.load(parameter);
        checkArgument(
            java.util.Arrays.equals(array.shape(), stored.shape()),
            "%s: %s is %s, the model has %s: the state belongs to another model",
            weights,
            parameter,
            java.util.Arrays.toString(stored.shape()),
            java.util.Arrays.toString(array.shape()));
        array.assign(stored);
      }
    }
    try (Safetensors file = Safetensors.open(folder.resolve(name + ".adamw.safetensors"))) {
      updater
          .optimizer()
          .restore(file.load("first"), file.load("second"), steps.path(name).asLong());
    }
    updater.network().parametersChanged();
  }

  /** Doubles as hexadecimal text: no digit is lost. */
  private static String bits(double value) {
    return Double.toHexString(value);
  }

  private static double number(Path file, JsonNode root, String name) {
    try {
      return Double.parseDouble(root.path(name).asText());
    } catch (NumberFormatException e) {
      throw new BadFileException(file, "its " + name + " is not a number", e);
    }
  }

  private static long whole(Path file, JsonNode root, String name) {
    if (!root.path(name).canConvertToLong() || root.path(name).asLong() < 0) {
      throw new BadFileException(file, "its %s is not a count", name);
    }
    return root.path(name).asLong();
  }
}
