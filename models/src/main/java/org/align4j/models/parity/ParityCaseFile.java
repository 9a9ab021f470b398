package org.align4j.models.parity;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.collect.ImmutableList;
import java.nio.file.Path;
import org.align4j.core.file.BadFileException;
import org.align4j.core.file.JsonFiles;

/**
 * {@code case.json} of a parity case.
 *
 * @param sequences token ids
 * @param coefficients weight of each token's log-prob in the loss, as long as the sequence; the
 *     first is not used
 */
record ParityCaseFile(
    ImmutableList<int[]> sequences,
    ImmutableList<float[]> coefficients,
    float temperature,
    double loss,
    double gradNorm,
    double learningRate,
    double beta1,
    double beta2,
    double epsilon,
    double weightDecay,
    double clipNorm,
    int steps,
    double logitsTolerance,
    double logProbsTolerance,
    double gradientTolerance) {

  private static final long LARGEST = 64L << 20;

  static ParityCaseFile read(Path file) {
    JsonNode json = JsonFiles.readObject(file, LARGEST);
    var sequences = ImmutableList.<int[]>builder();
    for (JsonNode ids : at(file, json, "sequences")) {
      sequences.add(JsonArrays.ints(ids));
    }
    var coefficients = ImmutableList.<float[]>builder();
    for (JsonNode values : at(file, json, "coefficients")) {
      coefficients.add(JsonArrays.floats(values));
    }
    JsonNode optimizer = at(file, json, "optimizer");
    JsonNode tolerance = at(file, json, "tolerance");
    var read =
        new ParityCaseFile(
            sequences.build(),
            coefficients.build(),
            (float) number(file, json, "temperature"),
            number(file, json, "loss"),
            number(file, json, "grad_norm"),
            number(file, optimizer, "lr"),
            number(file, optimizer, "beta1"),
            number(file, optimizer, "beta2"),
            number(file, optimizer, "eps"),
            number(file, optimizer, "weight_decay"),
            number(file, optimizer, "clip_norm"),
            (int) number(file, optimizer, "steps"),
            number(file, tolerance, "logits"),
            number(file, tolerance, "log_probs"),
            number(file, tolerance, "gradient_relative"));
    read.check(file);
    return read;
  }

  private void check(Path file) {
    if (sequences.isEmpty() || sequences.size() != coefficients.size()) {
      throw new BadFileException(
          file,
          "has %s sequences and %s lists of coefficients: one for each is needed",
          sequences.size(),
          coefficients.size());
    }
    for (int i = 0; i < sequences.size(); i++) {
      int length = sequences.get(i).length;
      if (length == 0 || length != coefficients.get(i).length) {
        throw new BadFileException(
            file,
            "sequence %s has %s tokens and %s coefficients: as many of both are needed, at least"
                + " one",
            i,
            length,
            coefficients.get(i).length);
      }
    }
  }

  private static JsonNode at(Path file, JsonNode json, String field) {
    JsonNode node = json.get(field);
    if (node == null || node.isNull()) {
      throw new BadFileException(file, "has no field %s", field);
    }
    return node;
  }

  private static double number(Path file, JsonNode json, String field) {
    JsonNode node = at(file, json, field);
    if (!node.isNumber()) {
      throw new BadFileException(file, "field %s is not a number", field);
    }
    return node.doubleValue();
  }
}
