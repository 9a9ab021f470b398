package org.align4j.algorithms.conformance;

import static com.google.common.base.Preconditions.checkArgument;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.align4j.core.file.FileException;
import org.align4j.core.registry.NearestName;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Runs case files in double precision and compares every expected number within the case's
 * tolerance, absolute and scaled by {@code max(1, |expected|)}. A case that cannot be run has
 * failed.
 */
public final class Conformance {

  private static final ObjectMapper MAPPER =
      JsonMapper.builder().enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS).build();

  private static final ImmutableMap<String, CaseKind> KINDS =
      ImmutableMap.of(
          "kl", RewardCases::kl,
          "advantage", RewardCases::advantage,
          "kl-controller", RewardCases::controller,
          "policy-loss", LossCases::policy,
          "value-loss", LossCases::value,
          "off-policy", OffPolicyCases::run,
          "preference-loss", LossCases::preference,
          "token-log-prob", TokenScoreCases::run);

  private Conformance() {}

  /** What a kind of case answers, by the names in {@code expected}. */
  interface CaseKind {
    Map<String, INDArray> run(ConformanceCase file);
  }

  /** Runs all {@code *.json} files of the folders, each folder's in the order of their names. */
  public static ConformanceReport run(List<Path> folders) {
    ImmutableList.Builder<CaseResult> results = ImmutableList.builder();
    for (Path folder : folders) {
      List<Path> files = files(folder);
      checkArgument(
          !files.isEmpty(), "%s has no case files (*.json): pass a folder of cases", folder);
      files.forEach(file -> results.add(runFile(file)));
    }
    return new ConformanceReport(results.build());
  }

  /** Runs one case file. */
  public static CaseResult runFile(Path file) {
    JsonNode root;
    try {
      root = MAPPER.readTree(file.toFile());
    } catch (JsonProcessingException e) {
      return unreadable(file, "not JSON: " + e.getOriginalMessage());
    } catch (IOException e) {
      return unreadable(file, "cannot be read: " + e.getMessage());
    }
    return runCase(file, root);
  }

  private static CaseResult unreadable(Path file, String why) {
    return new CaseResult(file, "", "", "", ImmutableList.of(why));
  }

  private static List<Path> files(Path folder) {
    checkArgument(Files.isDirectory(folder), "%s is not a folder: pass folders of cases", folder);
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(".json")).sorted().toList();
    } catch (IOException e) {
      throw new FileException(folder, e);
    }
  }

  private static CaseResult runCase(Path path, JsonNode root) {
    List<String> failures = new ArrayList<>();
    // A case must never stop the run: whatever it throws is its own failure.
    try {
      ConformanceCase file = ConformanceCase.of(root);
      CaseKind kind = KINDS.get(file.kind());
      if (kind == null) {
        throw new IllegalArgumentException(
            NearestName.unknown("kind", file.kind(), KINDS.keySet()));
      }
      Map<String, INDArray> got = kind.run(file);
      for (Map.Entry<String, JsonNode> expected : file.expected().properties()) {
        compare(expected.getKey(), got, expected.getValue(), file.tolerance(), failures);
      }
    } catch (RuntimeException e) {
      failures.add("cannot be run: " + (e.getMessage() == null ? e : e.getMessage()));
    }
    return new CaseResult(
        path,
        root.path("kind").asText(),
        root.path("convention").asText(),
        root.path("name").asText(),
        ImmutableList.copyOf(failures));
  }

  private static void compare(
      String key,
      Map<String, INDArray> got,
      JsonNode expectedNode,
      double tolerance,
      List<String> failures) {
    INDArray actual = got.get(key);
    if (actual == null) {
      failures.add("%s: no such result; there are %s".formatted(key, got.keySet()));
      return;
    }
    INDArray expected = ConformanceCase.array(expectedNode);
    if (!Arrays.equals(actual.shape(), expected.shape())) {
      failures.add(
          "%s: got shape %s, expected %s"
              .formatted(key, Arrays.toString(actual.shape()), Arrays.toString(expected.shape())));
      return;
    }
    double[] actualValues = actual.dup('c').reshape(actual.length()).toDoubleVector();
    double[] expectedValues = expected.reshape(expected.length()).toDoubleVector();
    int wrong = 0;
    int worst = 0;
    double worstExcess = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < expectedValues.length; i++) {
      double bound = tolerance * Math.max(1, Math.abs(expectedValues[i]));
      double error = Math.abs(actualValues[i] - expectedValues[i]);
      boolean same = Double.compare(actualValues[i], expectedValues[i]) == 0;
      if (!same && !(error <= bound)) {
        wrong++;
        double excess = Double.isNaN(error) ? Double.POSITIVE_INFINITY : error - bound;
        if (excess > worstExcess) {
          worstExcess = excess;
          worst = i;
        }
      }
    }
    if (wrong > 0) {
      failures.add(
          "%s%s: got %s, expected %s, tolerance %s (%s of %s numbers differ)"
              .formatted(
                  key,
                  place(worst, expected.shape()),
                  actualValues[worst],
                  expectedValues[worst],
                  tolerance,
                  wrong,
                  expectedValues.length));
    }
  }

  private static String place(int index, long[] shape) {
    if (shape.length == 0) {
      return "";
    }
    long[] place = new long[shape.length];
    long rest = index;
    for (int axis = shape.length - 1; axis >= 0; axis--) {
      place[axis] = rest % shape[axis];
      rest /= shape[axis];
    }
    return Arrays.toString(place);
  }
}
