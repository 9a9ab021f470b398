package org.align4j.cuda.build;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** Sources of kernels, what they become, and the digests that bind both. */
final class KernelFiles {

  /** For which machine code is made; PTX serves the others. */
  static final List<String> BINARIES = List.of("sm_80", "sm_90", "sm_100", "sm_120");

  /** The oldest GPU that can run the kernels. */
  static final String PTX = "compute_80";

  /** Hopper with what only it has: the kernels of {@link #HOPPER_SOURCE} alone. */
  static final String HOPPER = "sm_90a";

  private static final String HOPPER_SOURCE = "wgmma.cu";

  private final Path module;

  /** Of the module in this folder. */
  KernelFiles(Path module) {
    this.module = module;
  }

  private Path folder() {
    return module.resolve("src/main/cuda");
  }

  /** Text of every source by its name, sorted. */
  SortedMap<String, String> sources() throws IOException {
    SortedMap<String, String> sources = new TreeMap<>();
    try (var files = Files.list(folder())) {
      for (Path file : (Iterable<Path>) files::iterator) {
        String name = file.getFileName().toString();
        if (name.endsWith(".cu") || name.endsWith(".cuh")) {
          sources.put(name, Files.readString(file));
        }
      }
    }
    return sources;
  }

  /** One compilation unit of all that an architecture has. */
  static String unit(SortedMap<String, String> sources, String architecture) {
    StringBuilder unit = new StringBuilder();
    for (String name : sources.keySet()) {
      if (name.endsWith(".cu") && name.equals(HOPPER_SOURCE) == architecture.equals(HOPPER)) {
        unit.append("#include \"").append(name).append("\"\n");
      }
    }
    return unit.toString();
  }

  /** What an architecture's code is kept in. */
  Path output(String architecture) {
    return module.resolve(
        "src/main/resources/org/align4j/cuda/kernels."
            + architecture
            + (architecture.equals(PTX) ? ".ptx" : ".cubin"));
  }

  /** Registers, spills and shared memory of each kernel. */
  Path table() {
    return folder().resolve("resources.md");
  }

  /** As {@code sha256sum -c} reads them in the module's folder. */
  Path digests() {
    return folder().resolve("kernels.sha256");
  }

  /** Lines of {@link #digests} as the files are now. */
  List<String> currentDigests() throws IOException {
    List<Path> files = new ArrayList<>();
    sources().keySet().forEach(name -> files.add(folder().resolve(name)));
    files.add(output(PTX));
    BINARIES.forEach(architecture -> files.add(output(architecture)));
    files.add(output(HOPPER));
    return files.stream().map(this::line).toList();
  }

  private String line(Path file) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
      String name = module.relativize(file).toString().replace('\\', '/');
      return HexFormat.of().formatHex(digest) + "  " + name;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
