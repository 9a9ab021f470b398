package org.align4j.cuda.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.common.collect.Iterables;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is committed as PTX and machine code. */
class KernelFilesTest {

  private final KernelFiles files = new KernelFiles(Path.of(""));

  /** Whoever changes a source compiles it: the command is in resources.md. */
  @Test
  void theCommittedCodeIsOfTheCommittedSources() throws IOException {
    assertThat(files.currentDigests()).isEqualTo(Files.readAllLines(files.digests()));
  }

  /** With {@code -Dnvrtc=FOLDER}, where it is the version that the table names. */
  @Test
  void theSourcesGiveTheCommittedCodeByteForByte() throws IOException {
    String folder = System.getProperty("nvrtc");
    assumeTrue(folder != null, "no NVRTC: -Dnvrtc=FOLDER");
    Nvrtc nvrtc = new Nvrtc(Path.of(folder));
    assumeTrue(
        Files.readString(files.table()).contains("NVRTC " + nvrtc.version() + "."),
        "another NVRTC");
    KernelCompiler compiler = new KernelCompiler(nvrtc, files);
    assertThat(compiler.compile(KernelFiles.PTX))
        .isEqualTo(Files.readAllBytes(files.output(KernelFiles.PTX)));
    for (String architecture :
        Iterables.concat(KernelFiles.BINARIES, List.of(KernelFiles.HOPPER))) {
      assertThat(compiler.compile(architecture))
          .as(architecture)
          .isEqualTo(Files.readAllBytes(files.output(architecture)));
    }
  }

  @Test
  void theTextCodeAsksForTheOldestDriverThatKnowsIts() throws IOException {
    assertThat(Files.readString(files.output(KernelFiles.PTX)))
        .startsWith(".version 7.0\n.target sm_80\n");
  }
}
