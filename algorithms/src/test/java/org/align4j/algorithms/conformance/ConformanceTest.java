package org.align4j.algorithms.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

class ConformanceTest {

  /** What the peers' own functions answered, where the shared cases are at hand. */
  @TestFactory
  Stream<DynamicTest> agreesWithThePeers() throws IOException {
    Path folder = Path.of(System.getProperty("align4j.shared", "shared"), "conformance");
    if (!Files.isDirectory(folder)) {
      return Stream.of();
    }
    return Conformance.run(java.util.List.of(folder)).results().stream()
        .map(result ->
            DynamicTest.dynamicTest(
                result.file().getFileName().toString(),
                () -> assertThat(result.failures()).isEmpty()));
  }

  /** Cases of {@code src/test/python/peer_cases.py}: verl 0.9.1, TRL 1.16, OpenRLHF 0.11.2. */
  @TestFactory
  Stream<DynamicTest> agreesWithThePeersOfLate2026() {
    Path folder = Path.of("src/test/resources/org/align4j/algorithms/conformance");
    return Conformance.run(java.util.List.of(folder)).results().stream()
        .map(result ->
            DynamicTest.dynamicTest(
                result.file().getFileName().toString(),
                () -> assertThat(result.failures()).isEmpty()));
  }
}
