package org.align4j.bench.reproduce.study;

import static com.google.common.base.Preconditions.checkArgument;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.align4j.core.file.AtomicFiles;
import org.align4j.core.file.JsonFiles;

/**
 * The result file of a study: what the page is made of, and all that is committed of its runs.
 *
 * @param name of the study
 * @param settings of all runs, without the places of files
 * @param conditions in the order of the study
 * @param facts what the preparation said; an empty object for none
 * @param environment versions and machine of the first run
 * @param runs of all conditions and seeds
 */
public record StudyResult(
    String name,
    ImmutableMap<String, String> settings,
    ImmutableList<Condition> conditions,
    JsonNode facts,
    JsonNode environment,
    ImmutableList<RunRecord> runs) {

  private static final int FORMAT = 1;
  private static final long LARGEST = 16 << 20;

  /** The file of a study in a folder of results. */
  public static Path file(Path results, String name) {
    return results.resolve(name + ".json");
  }

  /** Writes the file, a run a line. */
  public void write(Path file) {
    ObjectNode root = JsonFiles.mapper().createObjectNode();
    root.put("format", FORMAT);
    root.put("study", name);
    root.set("environment", environment);
    root.set("settings", JsonFiles.mapper().valueToTree(settings));
    ArrayNode list = root.putArray("conditions");
    for (Condition condition : conditions) {
      ObjectNode node = list.addObject();
      node.put("name", condition.name());
      node.put("label", condition.label());
      node.set("settings", JsonFiles.mapper().valueToTree(condition.settings()));
    }
    root.set("facts", facts);
    StringBuilder text = new StringBuilder();
    String pretty = root.toPrettyString();
    text.append(pretty, 0, pretty.lastIndexOf('}')).append(",\n\"runs\": [\n");
    for (int i = 0; i < runs.size(); i++) {
      text.append(line(runs.get(i))).append(i + 1 < runs.size() ? ",\n" : "\n");
    }
    AtomicFiles.writeString(file, text.append("]}\n").toString());
  }

  private static ObjectNode line(RunRecord run) {
    ObjectNode node = JsonFiles.mapper().createObjectNode();
    node.put("condition", run.condition());
    node.put("seed", run.seed());
    ObjectNode metrics = node.putObject("metrics");
    run.metrics()
        .forEach((metric, values) -> {
          ArrayNode array = metrics.putArray(metric);
          values.forEach(value -> array.add(value.floatValue()));
        });
    put(node, "before", run.before());
    put(node, "after", run.after());
    put(node, "wall", run.wall());
    put(node, "cpu", run.cpu());
    put(node, "tokens", run.tokens());
    return node;
  }

  private static void put(ObjectNode node, String field, Map<String, Double> values) {
    ObjectNode group = node.putObject(field);
    values.forEach((name, value) -> group.put(name, value.floatValue()));
  }

  /** Reads a file that {@link #write} wrote. */
  public static StudyResult read(Path file) {
    JsonNode root = JsonFiles.readObject(file, LARGEST);
    checkArgument(
        root.path("format").asInt() == FORMAT,
        "%s has format %s, %s is known",
        file,
        root.path("format").asText(),
        FORMAT);
    List<Condition> conditions = new ArrayList<>();
    for (JsonNode node : root.path("conditions")) {
      conditions.add(
          new Condition(
              node.path("name").asText(),
              node.path("label").asText(),
              texts(node.path("settings"))));
    }
    List<RunRecord> runs = new ArrayList<>();
    for (JsonNode node : root.path("runs")) {
      runs.add(run(node));
    }
    return new StudyResult(
        root.path("study").asText(),
        texts(root.path("settings")),
        ImmutableList.copyOf(conditions),
        root.path("facts"),
        root.path("environment"),
        ImmutableList.copyOf(runs));
  }

  private static RunRecord run(JsonNode node) {
    Map<String, List<Double>> metrics = new LinkedHashMap<>();
    node.path("metrics")
        .properties()
        .forEach(entry -> {
          List<Double> values = new ArrayList<>();
          entry.getValue().forEach(value -> values.add(value.asDouble()));
          metrics.put(entry.getKey(), values);
        });
    return new RunRecord(
        node.path("condition").asText(),
        node.path("seed").asLong(),
        ImmutableMap.copyOf(metrics),
        numbers(node.path("before")),
        numbers(node.path("after")),
        numbers(node.path("wall")),
        numbers(node.path("cpu")),
        numbers(node.path("tokens")));
  }

  private static ImmutableMap<String, String> texts(JsonNode node) {
    ImmutableMap.Builder<String, String> map = ImmutableMap.builder();
    node.properties().forEach(entry -> map.put(entry.getKey(), entry.getValue().asText()));
    return map.buildOrThrow();
  }

  private static ImmutableMap<String, Double> numbers(JsonNode node) {
    ImmutableMap.Builder<String, Double> map = ImmutableMap.builder();
    node.properties().forEach(entry -> map.put(entry.getKey(), entry.getValue().asDouble()));
    return map.buildOrThrow();
  }

  /** The runs of a condition, by seed. */
  public ImmutableMap<Long, RunRecord> runsOf(String condition) {
    ImmutableMap.Builder<Long, RunRecord> found = ImmutableMap.builder();
    for (RunRecord run : runs) {
      if (run.condition().equals(condition)) {
        found.put(run.seed(), run);
      }
    }
    return found.buildOrThrow();
  }

  /** The condition of this name. */
  public Condition condition(String wanted) {
    return conditions.stream()
        .filter(condition -> condition.name().equals(wanted))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException(name + " has no condition " + wanted));
  }
}
