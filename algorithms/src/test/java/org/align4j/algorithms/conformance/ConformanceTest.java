package org.align4j.algorithms.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

class ConformanceTest {

  /** What the peers' gates and weights answered; made by {@code generate.py} of that folder. */
  @TestFactory
  Stream<DynamicTest> gatesAndWeightsAgreeWithThePeers() {
    return tests(Path.of("src/test/resources/conformance/off-policy"));
  }

  /** What the peers' own functions answered, where the shared cases are at hand. */
  @TestFactory
  Stream<DynamicTest> agreesWithThePeers() {
    Path folder = Path.of(System.getProperty("align4j.shared", "shared"), "conformance");
    return Files.isDirectory(folder) ? tests(folder) : Stream.of();
  }

  /**
   * What the functions of single versions answered; made by {@code src/test/python/versions.py}.
   */
  @TestFactory
  Stream<DynamicTest> everyVersionAgreesWithItsPeer() throws URISyntaxException {
    return tests(Path.of(getClass().getResource("versions").toURI()));
  }

  private static Stream<DynamicTest> tests(Path folder) {
    return Conformance.run(List.of(folder)).results().stream()
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
