package org.align4j.core.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.factory.Nd4j;

/** Before ND4J's CUDA backend fails at length, one sentence says why. */
final class Nd4jGpuCheckTest {

  @TempDir private Path folder;

  @Test
  void aMissingDriverIsNamedWithBothRemedies() {
    assertThat(Nd4jGpu.missing("libnothing.so.1", List.of()))
        .hasValueSatisfying(sentence ->
            assertThat(sentence)
                .contains("libnothing.so.1 was not found")
                .contains("build without -Pcuda")
                .contains("install the driver and CUDA 11"));
  }

  /** A driver, its GPU and the libraries of CUDA 11 are asked for in this order. */
  @Test
  void whatIsMissingIsSaidInTheOrderInWhichItIsNeeded() throws IOException {
    assertThat(missing(1, 0, 8, "libm.so.6")).hasValueSatisfying(says("shows no GPU"));
    assertThat(missing(0, 0, 8, "libm.so.6")).hasValueSatisfying(says("shows no GPU"));
    assertThat(missing(0, 1, 9, "libm.so.6")).hasValueSatisfying(says("capability 9.6, 8.9 is"));
    assertThat(missing(0, 1, 8, "libcublas.so.never"))
        .hasValueSatisfying(says("CUDA 11's libcublas.so.never is not here"));
    assertThat(missing(0, 1, 8, "libm.so.6")).isEmpty();
  }

  private static Consumer<String> says(String part) {
    return sentence -> assertThat(sentence).contains(part).doesNotContain("\n");
  }

  /** Of a driver that answers so. */
  private Optional<String> missing(int init, int devices, int major, String library)
      throws IOException {
    String name = "driver-" + init + devices + major;
    Path source = folder.resolve(name + ".c");
    Files.writeString(
        source,
        String.format(
            Locale.ROOT,
            """
            int cuInit(int f) { return %d; }
            int cuDeviceGetCount(int* n) { *n = %d; return 0; }
            int cuDeviceGetAttribute(int* v, int a, int d) { *v = a == 75 ? %d : 6; return 0; }
            """,
            init,
            devices,
            major));
    Path driver = folder.resolve(name + ".so");
    assumeTrue(
        Stream.of("gcc", "cc", "clang").anyMatch(compiler -> compiled(compiler, source, driver)),
        "no C compiler");
    return Nd4jGpu.missing(driver.toString(), List.of(library));
  }

  private static boolean compiled(String compiler, Path source, Path library) {
    try {
      return run(List.of(compiler, "-shared", "-fPIC", "-o", library.toString(), source.toString()))
              .code()
          == 0;
    } catch (IOException none) {
      return false;
    }
  }

  /** In a process of its own, without the CPU's backend. */
  @Test
  void aProgramWithTheCudaBackendAloneIsToldOneSentence() throws IOException {
    assumeTrue(Nd4jGpu.missing("libcuda.so.1", List.of()).isPresent(), "there is a GPU here");
    Outcome outcome = runWithStub(path -> !path.contains("nd4j-native-"));
    assertThat(outcome.output())
        .contains(
            "org.align4j.core.runtime.UnavailableException: This build computes with ND4J's CUDA"
                + " backend (Maven profile cuda), and ")
        .doesNotContain("the stub was asked");
  }

  @Test
  void besideTheCpusBackendTheCudaBackendMayBeMissingWhatItNeeds() throws IOException {
    Outcome outcome = runWithStub(path -> true);
    assertThat(outcome.output()).contains("the stub was asked").contains("[    1.0000,    1.0000]");
    assertThat(outcome.code()).isZero();
  }

  /** Starts ND4J with a class path on which there is a stub of its CUDA backend. */
  private Outcome runWithStub(Predicate<String> kept) throws IOException {
    Path backend = folder.resolve("JCublasBackend.java");
    String plain =
        Files.readString(Path.of("src/main/java/org/align4j/core/runtime/Nd4jGpuCheck.java"))
            .replace("package org.align4j.core.runtime;", "package org.nd4j.linalg.jcublas;")
            .replace("public final class Nd4jGpuCheck", "public final class JCublasBackend")
            .replace("public Nd4jGpuCheck()", "public JCublasBackend()")
            .replace("Nd4jGpuCheck.class", "JCublasBackend.class")
            .replaceAll("(?s)if \\(has\\(GPU\\).*?\\n    }\\n", "")
            .replace("return -1_000_000;", "return 100;")
            .replaceFirst(
                "return false;", "System.out.println(\"the stub was asked\"); return false;");
    Files.writeString(backend, plain);
    Path main = folder.resolve("Start.java");
    Files.writeString(
        main,
        "class Start { public static void main(String[] a) {"
            + " System.out.println("
            + Nd4j.class.getName()
            + ".ones(2)); } }");
    Path classes = Files.createDirectory(folder.resolve("classes"));
    String path = System.getProperty("java.class.path");
    int status =
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                null,
                null,
                "-proc:none",
                "-nowarn",
                "-cp",
                path,
                "-d",
                classes.toString(),
                backend.toString(),
                main.toString());
    assertThat(status).isZero();
    Path services = Files.createDirectories(classes.resolve("META-INF/services"));
    Files.writeString(
        services.resolve("org.nd4j.linalg.factory.Nd4jBackend"),
        "org.nd4j.linalg.jcublas.JCublasBackend\n");
    String reduced =
        Stream.of(path.split(File.pathSeparator, -1))
            .filter(kept)
            .collect(Collectors.joining(File.pathSeparator));
    return run(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-Xmx256m",
            "-cp",
            classes + File.pathSeparator + reduced,
            "Start"));
  }

  private record Outcome(int code, String output) {}

  private static Outcome run(List<String> command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      return new Outcome(process.waitFor(), output);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
