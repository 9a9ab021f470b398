package org.align4j.bench.report.folder;

import static com.google.common.base.MoreObjects.firstNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a run left in its folder, as far as it is there: a run that is being written, and one
 * without {@code run.json}, are read too.
 *
 * @param folder where it is
 * @param algorithm algorithm, or the kind of a run without one
 * @param seed seed, empty if unknown
 * @param status {@code running}, {@code done}, {@code interrupted} or {@code failed}; empty if
 *     unknown
 * @param planned updates that were planned; 0 if unknown
 * @param settings settings by their dotted path, sorted
 * @param facts versions, machine, model and data by their dotted path, sorted
 * @param metrics metrics by step
 * @param events guard warnings
 * @param notes what could not be read
 */
public record ReportedRun(
    Path folder,
    String algorithm,
    String seed,
    String status,
    long planned,
    ImmutableMap<String, String> settings,
    ImmutableMap<String, String> facts,
    MetricTable metrics,
    ImmutableList<GuardLine> events,
    ImmutableList<String> notes) {

  static final String DESCRIPTION = "run.json";
  static final String METRICS = "metrics.jsonl";

  private static final Pattern SEED_FOLDER = Pattern.compile("seed-(.+)");
  private static final List<String> FACTS =
      List.of("model", "tokenizer", "data", "machine", "versions");

  /** Whether the folder is a run's. */
  static boolean isRun(Path folder) {
    return Files.isRegularFile(folder.resolve(DESCRIPTION))
        || Files.isRegularFile(folder.resolve(METRICS));
  }

  /** Reads a run's folder. */
  static ReportedRun read(Path given) {
    Path folder = given.toAbsolutePath().normalize();
    ImmutableList.Builder<String> notes = ImmutableList.builder();
    JsonNode description = description(folder, notes);
    MetricTable metrics = MetricTable.read(folder.resolve(METRICS));
    ImmutableList.Builder<GuardLine> events = ImmutableList.builder();
    int badEvents =
        LenientLines.read(folder.resolve("events.jsonl"), line -> events.add(GuardLine.of(line)));
    noteBadLines(notes, METRICS, metrics.badLines());
    noteBadLines(notes, "events.jsonl", badEvents);
    Map<String, String> facts = new TreeMap<>();
    FACTS.forEach(fact -> flatten(fact, description.path(fact), facts));
    Map<String, String> settings = new TreeMap<>();
    flatten("", description.path("settings"), settings);
    return new ReportedRun(
        folder,
        algorithm(folder, description),
        seed(folder, description),
        description.path("status").asText(),
        description.path("updates").asLong(),
        ImmutableMap.copyOf(settings),
        ImmutableMap.copyOf(facts),
        metrics,
        events.build(),
        notes.build());
  }

  /** The folder that holds the seeds of a comparison, or the run's own. */
  Path family() {
    return isSeedFolder(folder) ? parentOf(parentOf(folder)) : folder;
  }

  private static boolean isSeedFolder(Path folder) {
    return SEED_FOLDER.matcher(nameOf(folder)).matches();
  }

  static String nameOf(Path folder) {
    return String.valueOf(firstNonNull(folder.getFileName(), folder));
  }

  private static Path parentOf(Path folder) {
    return firstNonNull(folder.getParent(), folder);
  }

  private static JsonNode description(Path folder, ImmutableList.Builder<String> notes) {
    Path file = folder.resolve(DESCRIPTION);
    if (!Files.isRegularFile(file)) {
      return LenientLines.MAPPER.createObjectNode();
    }
    try {
      String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
      return LenientLines.object(text)
          .orElseGet(() -> {
            notes.add("run.json could not be read");
            return LenientLines.MAPPER.createObjectNode();
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String algorithm(Path folder, JsonNode description) {
    for (String field : List.of("algorithm", "kind")) {
      String value = description.path(field).asText();
      if (!value.isEmpty() && !value.equals("null")) {
        return value;
      }
    }
    return nameOf(isSeedFolder(folder) ? parentOf(folder) : folder);
  }

  private static String seed(Path folder, JsonNode description) {
    if (description.path("seed").isValueNode()) {
      return description.path("seed").asText();
    }
    Matcher matcher = SEED_FOLDER.matcher(nameOf(folder));
    return matcher.matches() ? matcher.group(1) : "";
  }

  private static void noteBadLines(ImmutableList.Builder<String> notes, String file, int count) {
    if (count > 0) {
      notes.add(String.format(Locale.ROOT, "%d lines of %s could not be read", count, file));
    }
  }

  private static void flatten(String path, JsonNode node, Map<String, String> into) {
    if (node.isObject()) {
      node.properties()
          .forEach(field ->
              flatten(
                  path.isEmpty() ? field.getKey() : path + "." + field.getKey(),
                  field.getValue(),
                  into));
    } else if (node.isArray() && !node.isEmpty() && node.get(0).isObject()) {
      for (int i = 0; i < node.size(); i++) {
        flatten(path + "." + (i + 1), node.get(i), into);
      }
    } else if (!node.isMissingNode()) {
      into.put(path, node.isTextual() ? node.asText() : node.toString());
    }
  }
}
