package org.align4j.core.kernel.vector.product;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The unrolled sources are what their description gives. */
class MicroKernelTest {

  private static final Pattern UNROLLED =
      Pattern.compile("static void (\\w+)\\([^)]*\\) \\{\\n[^}]*fromMemorySegment");

  static Stream<Map.Entry<String, GeneratedKernel>> kernels() {
    return MicroKernelFiles.KERNELS.entries().stream();
  }

  static Stream<String> files() {
    return MicroKernelFiles.KERNELS.keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void theSourceIsWhatIsGenerated(Map.Entry<String, GeneratedKernel> kernel) throws IOException {
    String source = Files.readString(MicroKernelFiles.FOLDER.resolve(kernel.getKey()));
    assertThat(MicroKernelFiles.committed(source, kernel.getValue()))
        .isEqualToIgnoringWhitespace(kernel.getValue().source());
  }

  @ParameterizedTest
  @MethodSource("files")
  void everyMicroKernelIsGenerated(String file) throws IOException {
    String source = Files.readString(MicroKernelFiles.FOLDER.resolve(file));
    assertThat(UNROLLED.matcher(source).results().map(match -> match.group(1)))
        .containsExactlyElementsOf(
            MicroKernelFiles.KERNELS.get(file).stream().map(GeneratedKernel::name).toList());
  }
}
