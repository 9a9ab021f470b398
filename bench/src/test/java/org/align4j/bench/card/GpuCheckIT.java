package org.align4j.bench.card;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code bench/gpu-check}: what is carried to a card, and a dry run of it. */
final class GpuCheckIT {

  private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
  private static final Path FOLDER = ROOT.resolve("target/gpu-check");

  @TempDir private Path out;

  /** What a process answered: errors go to this one's. */
  private record Answer(int code, String text) {}

  private static Answer run(Map<String, String> environment, String... command)
      throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().remove("JAVA_HOME");
    builder.environment().putAll(environment);
    Process process = builder.start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Answer(process.waitFor(), text.strip());
  }

  /** Without JAVA_HOME, as on a fresh machine: a JDK on the PATH is found. */
  @BeforeAll
  static void pack() throws IOException, InterruptedException {
    String java = System.getProperty("java.home");
    assumeTrue(Files.isExecutable(Path.of(java, "bin", "jlink")), "this Java has no jlink");
    Answer packed =
        run(
            Map.of("PATH", java + "/bin:" + System.getenv("PATH"), "GPU_CHECK_BUILT", "1"),
            ROOT.resolve("bench/gpu-check").toString(),
            "pack");
    assertThat(packed.code()).isZero();
  }

  @Test
  void whatIsCarriedHasAtMost60Megabytes() throws IOException {
    assertThat(Files.size(ROOT.resolve("target/gpu-check.tar.gz"))).isBetween(1L, 60_000_000L);
  }

  /** The library behind ND4J is larger than all of the check. */
  @Test
  void onlyInterfacesOfNd4jAreCarried() throws IOException {
    try (Stream<Path> jars = Files.list(FOLDER.resolve("jars"))) {
      assertThat(jars.map(jar -> jar.getFileName().toString()))
          .anyMatch(name -> name.startsWith("align4j-cuda"))
          .noneMatch(name -> name.contains("native") || name.contains("x86_64"));
    }
  }

  /** With the Java that is carried, on the emulated driver; every section says something. */
  @Test
  void allClaimsHoldOnTheEmulatedDriver() throws Exception {
    Answer driver = run(Map.of(), "bash", ROOT.resolve("cuda/src/test/cuda/build").toString());
    assumeTrue(driver.code() != 2, "the emulated driver cannot be built here");
    Answer check =
        run(
            Map.of("ALIGN4J_CUDA_DRIVER", driver.text()),
            FOLDER.resolve("run").toString(),
            "--small",
            "--out",
            out.toString());
    assertThat(check.code()).as(check.text()).isZero();
    try (Stream<Path> files = Files.list(out)) {
      Path json = files.findFirst().orElseThrow();
      assertThat(json.getFileName().toString())
          .matches("gpu-check-emulated-gpu-\\d{4}-\\d\\d-\\d\\d\\.json");
      JsonNode all = new ObjectMapper().readTree(json.toFile());
      TreeSet<String> sections = new TreeSet<>();
      all.get("rows").forEach(row -> sections.add(row.get("section").asText()));
      assertThat(sections).containsExactlyInAnyOrderElementsOf(SECTIONS);
      assertThat(all.get("failed").asInt()).isZero();
    }
  }

  private static final List<String> SECTIONS =
      List.of(
          "device",
          "load",
          "kernels",
          "fragments",
          "rows",
          "speed",
          "wgmma",
          "launch",
          "smollm2",
          "llama1b",
          "llama8b",
          "torch",
          "sanitizer");

  @Test
  void withoutACardThereIsOneSentence() throws Exception {
    Answer check =
        run(
            Map.of("ALIGN4J_CUDA_DRIVER", out.resolve("none.so").toString()),
            "bash",
            "-c",
            FOLDER.resolve("run") + " 2>&1");
    assertThat(check.code()).isEqualTo(3);
    assertThat(check.text()).startsWith("gpu-check: ").doesNotContain("\n");
  }
}
