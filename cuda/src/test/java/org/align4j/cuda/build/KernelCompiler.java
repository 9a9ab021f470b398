package org.align4j.cuda.build;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;

/**
 * Compiles {@code src/main/cuda} to PTX and machine code and writes what is committed beside them.
 *
 * <pre>{@code
 * java --enable-native-access=ALL-UNNAMED \
 *     cuda/src/test/java/org/align4j/cuda/build/KernelCompiler.java NVRTC-FOLDER cuda [check]
 * }</pre>
 *
 * <p>{@code check}: only the PTX, sm_90 and sm_90a are compiled, nothing is written, and the table
 * is printed.
 */
final class KernelCompiler {

  /** Options of every compilation: no contraction, exact division and roots, no flush to zero. */
  private static final List<String> OPTIONS =
      List.of(
          "--std=c++17",
          "-default-device",
          "--fmad=false",
          "--ftz=false",
          "--prec-div=true",
          "--prec-sqrt=true",
          "--ptxas-options=-v");

  private final Nvrtc nvrtc;
  private final SortedMap<String, String> sources;
  private final KernelResources resources = new KernelResources();

  /** Of these sources. */
  KernelCompiler(Nvrtc nvrtc, KernelFiles files) throws IOException {
    this.nvrtc = nvrtc;
    this.sources = files.sources();
  }

  /** Code for one architecture. */
  byte[] compile(String architecture) {
    boolean binary = !architecture.equals(KernelFiles.PTX);
    List<String> options = new ArrayList<>(OPTIONS);
    options.add("--gpu-architecture=" + architecture);
    Nvrtc.Compiled compiled =
        nvrtc.compile(
            KernelFiles.unit(sources, architecture), sources, binary, List.copyOf(options));
    if (binary) {
      resources.add(architecture, compiled.log());
      return compiled.code();
    }
    return portable(new String(compiled.code(), StandardCharsets.US_ASCII));
  }

  /**
   * PTX that says it is of the version that brought sm_80 (7.0): drivers since CUDA 11.0 take it.
   * No instruction of the kernels is younger.
   */
  private static byte[] portable(String ptx) {
    return ptx.replace("\0", "")
        .replaceFirst("(?m)^\\.version .*$", ".version 7.0")
        .replaceAll("(?m)^//.*\n", "")
        .strip()
        .concat("\n")
        .getBytes(StandardCharsets.US_ASCII);
  }

  private void checkFaults() {
    if (!resources.faults().isEmpty()) {
      throw new IllegalStateException(
          "registers are spilled (smaller tiles or fewer threads) or wgmma waits for itself\n"
              + String.join("\n", resources.faults()));
    }
  }

  private String page() {
    return "# Kernels and what they take\n"
        + "Written by `mvn -Pkernels -pl cuda generate-resources` (add `-Dnvrtc=FOLDER` to"
        + " take NVRTC from a folder, as that of the\n"
        + "PyPI wheel `nvidia-cuda-nvrtc`), or without Maven, in seconds, by\n"
        + "`java --enable-native-access=ALL-UNNAMED"
        + " cuda/src/test/java/org/align4j/cuda/build/KernelCompiler.java FOLDER cuda`\n"
        + "(`check` as a third argument: nothing is written). Compiled by NVRTC "
        + nvrtc.version()
        + ". A spill is an error.\n\n"
        + "Registers of a thread on each architecture, and static shared memory of a block;"
        + " those of `wgmma.cu` are for sm_90a alone:\n\n"
        + resources.table();
  }

  /** See above. */
  public static void main(String... arguments) throws IOException {
    if (arguments.length < 2) {
      System.err.println("usage: KernelCompiler NVRTC-FOLDER MODULE-FOLDER [check]");
      System.exit(2);
    }
    KernelFiles files = new KernelFiles(Path.of(arguments[1]));
    KernelCompiler compiler = new KernelCompiler(new Nvrtc(Path.of(arguments[0])), files);
    if (arguments.length > 2) {
      compiler.compile(KernelFiles.PTX);
      compiler.compile("sm_90");
      compiler.compile(KernelFiles.HOPPER);
      System.out.print(compiler.resources.table());
      compiler.checkFaults();
      return;
    }
    List<String> architectures = new ArrayList<>(KernelFiles.BINARIES);
    architectures.add(KernelFiles.PTX);
    architectures.add(KernelFiles.HOPPER);
    List<byte[]> codes = architectures.parallelStream().map(compiler::compile).toList();
    compiler.checkFaults();
    for (int i = 0; i < codes.size(); i++) {
      Path output = files.output(architectures.get(i));
      Files.createDirectories(output.getParent());
      Files.write(output, codes.get(i));
    }
    Files.writeString(files.table(), compiler.page());
    Files.write(files.digests(), files.currentDigests());
  }
}
