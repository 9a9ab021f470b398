package org.align4j.core.kernel.vector.product;

import com.google.common.collect.ImmutableListMultimap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Writes the unrolled micro-kernels into their source files: {@code main} from the folder of the
 * module (docs/extending.md has the command). What surrounds them there is written by hand.
 */
final class MicroKernelFiles {

  static final Path FOLDER = Path.of("src/main/java/org/align4j/core/kernel/vector/product");

  /** The kernels of each file. */
  static final ImmutableListMultimap<String, MicroKernel> KERNELS =
      ImmutableListMultimap.<String, MicroKernel>builder()
          .putAll(
              "FiveRows.java",
              new MicroKernel("five", 5, 1, 2, true),
              new MicroKernel("four", 4, 1, 2, true),
              new MicroKernel("two", 2, 1, 1, false),
              new MicroKernel("one", 1, 1, 1, false))
          .putAll(
              "FourteenRows.java",
              new MicroKernel("fourteen", 14, 1, 1, false),
              new MicroKernel("twelve", 12, 1, 1, false),
              new MicroKernel("eight", 8, 1, 1, false))
          .putAll(
              "FewRows.java",
              new MicroKernel("oneByFour", 1, 4, 1, false),
              new MicroKernel("twoByTwo", 2, 2, 2, false))
          .build();

  private MicroKernelFiles() {}

  /** The method that a source has for a kernel; empty where there is none. */
  static String committed(String source, MicroKernel kernel) {
    int from = source.indexOf("  static void " + kernel.name() + "(");
    return from < 0 ? "" : source.substring(from, source.indexOf("\n  }\n", from) + 5);
  }

  public static void main(String[] args) throws IOException {
    for (Map.Entry<String, MicroKernel> entry : KERNELS.entries()) {
      Path file = FOLDER.resolve(entry.getKey());
      String source = Files.readString(file);
      MicroKernel kernel = entry.getValue();
      String there = committed(source, kernel);
      int end = source.lastIndexOf('}');
      Files.writeString(
          file,
          there.isEmpty()
              ? source.substring(0, end) + "\n" + kernel.source() + "}\n"
              : source.replace(there, kernel.source()));
    }
  }
}
