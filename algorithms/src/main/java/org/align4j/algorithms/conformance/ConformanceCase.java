package org.align4j.algorithms.conformance;

import static com.google.common.base.Preconditions.checkArgument;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** One case file, read with a sentence for whatever is missing. Arrays are DOUBLE. */
record ConformanceCase(
    String kind,
    String convention,
    String name,
    String source,
    JsonNode config,
    JsonNode inputs,
    JsonNode expected,
    double tolerance) {

  static ConformanceCase of(JsonNode root) {
    for (String field :
        new String[] {"kind", "convention", "name", "config", "inputs", "expected", "tolerance"}) {
      checkArgument(root.has(field), "field %s is missing: a case has it", field);
    }
    checkArgument(
        root.get("expected").isObject() && !root.get("expected").isEmpty(),
        "expected is %s: it must name at least one number",
        root.get("expected"));
    double tolerance = root.get("tolerance").asDouble(Double.NaN);
    checkArgument(tolerance >= 0, "tolerance is %s: it must be at least 0", tolerance);
    return new ConformanceCase(
        root.get("kind").asText(),
        root.get("convention").asText(),
        root.get("name").asText(),
        root.path("source").asText(),
        root.get("config"),
        root.get("inputs"),
        root.get("expected"),
        tolerance);
  }

  /** A number of the configuration, or the default where it is absent or null. */
  double number(String key, double otherwise) {
    JsonNode node = config.path(key);
    if (node.isMissingNode() || node.isNull()) {
      return otherwise;
    }
    checkArgument(node.isNumber(), "config.%s is %s: it must be a number", key, node);
    return node.asDouble();
  }

  /** A number of the configuration that must be there. */
  double number(String key) {
    checkArgument(config.path(key).isNumber(), "config.%s is missing: it is needed", key);
    return config.path(key).asDouble();
  }

  /** A word of the configuration, or the default where it is absent or null. */
  String word(String key, String otherwise) {
    return config.hasNonNull(key) ? config.get(key).asText() : otherwise;
  }

  /** An input array that must be there. */
  INDArray input(String key) {
    checkArgument(inputs.hasNonNull(key), "inputs.%s is missing: %s needs it", key, kind);
    return array(inputs.get(key));
  }

  /** An input array, or null. */
  @Nullable INDArray inputOrNull(String key) {
    return inputs.hasNonNull(key) ? array(inputs.get(key)) : null;
  }

  /** A rectangular array of numbers of any rank, as DOUBLE. */
  static INDArray array(JsonNode node) {
    List<Long> shape = new ArrayList<>();
    for (JsonNode level = node; level.isArray(); level = level.path(0)) {
      shape.add((long) level.size());
    }
    List<Double> values = new ArrayList<>();
    flatten(node, shape, 0, values);
    long[] dimensions = shape.stream().mapToLong(Long::longValue).toArray();
    double[] flat = values.stream().mapToDouble(Double::doubleValue).toArray();
    return dimensions.length == 0
        ? Nd4j.scalar(DataType.DOUBLE, flat[0])
        : Nd4j.createFromArray(flat).reshape(dimensions);
  }

  private static void flatten(JsonNode node, List<Long> shape, int depth, List<Double> values) {
    if (depth == shape.size()) {
      checkArgument(
          node.isNumber() || node.isBoolean(), "%s is not a number: arrays hold numbers", node);
      values.add(node.isBoolean() ? (node.asBoolean() ? 1.0 : 0.0) : node.asDouble());
      return;
    }
    checkArgument(
        node.isArray() && node.size() == shape.get(depth),
        "an array has %s elements where its first row has %s: arrays are rectangular",
        node.size(),
        shape.get(depth));
    node.forEach(child -> flatten(child, shape, depth + 1, values));
  }
}
