package org.align4j.algorithms.train.step;

import static com.google.common.base.Preconditions.checkArgument;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Sets;
import com.google.common.hash.Hashing;
import com.google.common.io.MoreFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.align4j.algorithms.settings.field.Fields;
import org.align4j.core.file.AtomicFiles;
import org.align4j.core.file.BadFileException;
import org.align4j.core.file.JsonFiles;
import org.align4j.core.tensor.Parameters;
import org.align4j.models.checkpoint.Safetensors;
import org.align4j.models.checkpoint.SafetensorsWriter;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The files of a training state: {@code state.json} (settings, counts, numbers, SHA-256 of all
 * files, its own included) and, as safetensors, the parameters and moments of each network and
 * whatever other arrays the run has. A state is written whole or not at all; all of it is checked
 * before anything live is touched; what goes on from it has the bits of what never stopped.
 */
public final class TrainingState {

  private static final String STATE = "state.json";
  private static final String MOMENTS = ".adamw";
  private static final String AVERAGE = ".ema";
  private static final String SUFFIX = ".safetensors";
  private static final long LARGEST_STATE = 1 << 20;

  /** More than any queue of rollouts takes. */
  private static final long LARGEST_DOCUMENT = 1L << 30;

  private static final String DOCUMENT = "rollouts.json";
  private static final int FORMAT = 3;

  private final Parts parts;

  public TrainingState(Parts parts) {
    this.parts = parts;
  }

  /**
   * What a run consists of.
   *
   * @param kind of training, such as {@code reinforcement}
   * @param settings of the run; a state of others is refused
   * @param steps networks that learn, with their optimisers, by name
   * @param others further arrays by name, such as a moving average of the policy
   * @param document what is no array, or null
   */
  public record Parts(
      String kind,
      Record settings,
      ImmutableMap<String, TrainStep> steps,
      ImmutableMap<String, Parameters> others,
      @Nullable Document document) {

    /** Without a document. */
    public Parts(
        String kind,
        Record settings,
        ImmutableMap<String, TrainStep> steps,
        ImmutableMap<String, Parameters> others) {
      this(kind, settings, steps, others, null);
    }

    public Parts {
      checkArgument(
          Sets.intersection(steps.keySet(), others.keySet()).isEmpty(),
          "%s name networks that learn: name other arrays otherwise",
          others.keySet());
    }

    /** All arrays by the name of their file. */
    private Map<String, Parameters> files() {
      Map<String, Parameters> files = new LinkedHashMap<>();
      steps.forEach((name, step) -> {
        files.put(name, step.network().parameters());
        step.average().ifPresent(average -> files.put(name + AVERAGE, average));
        files.put(name + MOMENTS, step.optimizer().moments());
      });
      files.putAll(others);
      return files;
    }
  }

  /** A part of a run that has no fixed size: rollouts that wait for their update. */
  public interface Document {
    /** The whole of it. */
    ObjectNode write();

    /** Reads it without changing anything; the answer takes it over. */
    Runnable read(JsonNode root);
  }

  /**
   * Everything that is not an array.
   *
   * @param counts such as updates done and prompts handed out
   * @param numbers such as β and reward statistics
   */
  public record Counters(ImmutableMap<String, Long> counts, ImmutableMap<String, Double> numbers) {

    /** A count by name. */
    public long count(String name) {
      return counts.getOrDefault(name, 0L);
    }

    /** A number by name. */
    public double number(String name) {
      return numbers.getOrDefault(name, 0.0);
    }
  }

  /** Writes a new folder. */
  public void save(Path folder, Counters counters) {
    AtomicFiles.createFolder(folder, temporary -> write(temporary, counters));
  }

  private void write(Path folder, Counters counters) throws IOException {
    ObjectNode root = JsonFiles.mapper().createObjectNode();
    root.put("format", FORMAT);
    root.put("kind", parts.kind());
    root.set("settings", Fields.toTree(parts.settings()));
    ObjectNode counts = root.putObject("counts");
    counters.counts().forEach(counts::put);
    ObjectNode numbers = root.putObject("numbers");
    counters.numbers().forEach((name, value) -> numbers.put(name, Double.toHexString(value)));
    ObjectNode steps = root.putObject("steps");
    parts.steps().forEach((name, step) -> steps.put(name, step.optimizer().steps()));
    ObjectNode files = root.putObject("files");
    for (Map.Entry<String, Parameters> entry : parts.files().entrySet()) {
      Path file = folder.resolve(entry.getKey() + SUFFIX);
      SafetensorsWriter.write(file, entry.getValue());
      files.put(entry.getKey() + SUFFIX, sha256(file));
    }
    if (parts.document() != null) {
      Path file = folder.resolve(DOCUMENT);
      JsonFiles.mapper().writeValue(file.toFile(), parts.document().write());
      files.put(DOCUMENT, sha256(file));
    }
    root.put("sha256", sha256(root));
    Files.writeString(folder.resolve(STATE), root.toPrettyString());
  }

  /**
   * Reads a folder into the networks, optimisers and arrays of the run.
   *
   * @param expected the counters whose names the state must have
   */
  public Counters load(Path folder, Counters expected) {
    Path file = folder.resolve(STATE);
    if (!Files.isRegularFile(file)) {
      throw new BadFileException(folder, "it is not a training state: it has no %s", STATE);
    }
    ObjectNode root = (ObjectNode) JsonFiles.readObject(file, LARGEST_STATE);
    checkState(folder, file, root);
    Counters counters = counters(file, root, expected);
    Map<String, Parameters> live = parts.files();
    checkFiles(folder, root.path("files"), live);
    Runnable takeDocument = document(folder, root.path("files"));
    live.forEach((name, arrays) -> read(folder.resolve(name + SUFFIX), arrays));
    parts
        .steps()
        .forEach((name, step) -> {
          step.optimizer().restore(root.path("steps").path(name).asLong());
          step.network().parametersChanged();
        });
    takeDocument.run();
    return counters;
  }

  private Runnable document(Path folder, JsonNode sums) {
    Document document = parts.document();
    if (document == null) {
      return () -> {};
    }
    Path file = folder.resolve(DOCUMENT);
    checkSum(folder, file, sums.path(DOCUMENT).asText());
    return document.read(JsonFiles.readObject(file, LARGEST_DOCUMENT));
  }

  private void checkState(Path folder, Path file, ObjectNode root) {
    String sum = root.path("sha256").asText();
    root.remove("sha256");
    if (!sha256(root).equals(sum)) {
      throw new BadFileException(
          file, "its contents do not match its checksum: it is damaged; use an earlier state");
    }
    checkArgument(
        root.path("format").asInt() == FORMAT,
        "%s has format %s, %s is known: resume with the version that wrote it",
        file,
        root.path("format").asText(),
        FORMAT);
    String kind = root.path("kind").asText();
    checkArgument(
        kind.equals(parts.kind()), "%s is a state of %s, not of %s", folder, kind, parts.kind());
    JsonNode saved = root.path("settings");
    for (Fields.Field field : Fields.all(parts.settings())) {
      // Another algorithm, seed or batch is another run: its bits would not be those that stopped.
      JsonNode node = saved.at("/" + field.path().replace('.', '/'));
      // A field that came later has a default that changes nothing.
      String before = node.isMissingNode() ? field.value() : node.asText();
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

  private static Counters counters(Path file, JsonNode root, Counters expected) {
    ImmutableMap.Builder<String, Long> counts = ImmutableMap.builder();
    for (String name : expected.counts().keySet()) {
      JsonNode count = root.path("counts").path(name);
      if (!count.canConvertToLong() || count.asLong() < 0) {
        throw new BadFileException(file, "its %s is not a count", name);
      }
      counts.put(name, count.asLong());
    }
    ImmutableMap.Builder<String, Double> numbers = ImmutableMap.builder();
    for (String name : expected.numbers().keySet()) {
      try {
        // Hexadecimal: no digit is lost.
        numbers.put(name, Double.parseDouble(root.path("numbers").path(name).asText()));
      } catch (NumberFormatException e) {
        throw new BadFileException(file, "its " + name + " is not a number", e);
      }
    }
    return new Counters(counts.buildOrThrow(), numbers.buildOrThrow());
  }

  /** Every file is there, whole, and of these arrays. */
  private static void checkFiles(Path folder, JsonNode sums, Map<String, Parameters> live) {
    for (Map.Entry<String, Parameters> entry : live.entrySet()) {
      Path file = folder.resolve(entry.getKey() + SUFFIX);
      checkSum(folder, file, sums.path(entry.getKey() + SUFFIX).asText());
      try (Safetensors stored = Safetensors.open(file)) {
        checkShapes(file, stored, entry.getValue());
      }
    }
  }

  private static void checkSum(Path folder, Path file, String sum) {
    checkArgument(
        !sum.isEmpty(),
        "%s has no %s: it is a state of a run without it",
        folder,
        file.getFileName());
    if (!Files.isRegularFile(file)) {
      throw new BadFileException(file, "it is missing: use an earlier state");
    }
    if (!sha256(file).equals(sum)) {
      throw new BadFileException(
          file, "it does not match its checksum: it is damaged; use an earlier state");
    }
  }

  private static void checkShapes(Path file, Safetensors stored, Parameters arrays) {
    checkArgument(
        stored.names().equals(java.util.Set.copyOf(arrays.names())),
        "%s has %s, the model has %s: the state belongs to another model",
        file,
        stored.names(),
        arrays.names());
    for (String name : arrays.names()) {
      long[] shape = arrays.get(name).shape();
      checkArgument(
          Arrays.equals(shape, stored.shape(name)),
          "%s: %s is %s, the model has %s: the state belongs to another model",
          file,
          name,
          Arrays.toString(stored.shape(name)),
          Arrays.toString(shape));
    }
  }

  private static void read(Path file, Parameters arrays) {
    try (Safetensors stored = Safetensors.open(file)) {
      for (String name : arrays.names()) {
        try (INDArray loaded = stored.load(name)) {
          arrays.get(name).assign(loaded);
        }
      }
    }
  }

  private static String sha256(Path file) {
    try {
      return MoreFiles.asByteSource(file).hash(Hashing.sha256()).toString();
    } catch (IOException e) {
      throw new UncheckedIOException(file + " cannot be read", e);
    }
  }

  private static String sha256(ObjectNode root) {
    return Hashing.sha256().hashString(root.toString(), StandardCharsets.UTF_8).toString();
  }
}
