package org.align4j.core.kernel.vector.product;

import com.google.common.collect.ImmutableListMultimap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.align4j.core.kernel.CompactForm;

/**
 * Writes the micro-kernels into their source files: {@code main} from the folder of the module,
 * then the formatter (docs/extending.md has the commands). What surrounds them there is written by
 * hand.
 */
final class MicroKernelFiles {

  static final Path FOLDER = Path.of("src/main/java/org/align4j/core/kernel/vector/product");

  /** The kernels of each file. */
  static final ImmutableListMultimap<String, GeneratedKernel> KERNELS =
      ImmutableListMultimap.<String, GeneratedKernel>builder()
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
          .putAll("CompactRow.java", compact(2))
          .putAll("CompactPair.java", compact(1))
          .putAll("Widening.java", compact(0))
          .build();

  private MicroKernelFiles() {}

  private static List<CompactKernel> compact(int pairs) {
    return Stream.of(
            CompactForm.SIGNED4,
            CompactForm.OFFSET4,
            CompactForm.SIGNED8,
            CompactForm.OFFSET8,
            CompactForm.BFLOAT16,
            CompactForm.FLOAT16)
        .map(form -> new CompactKernel(form, pairs))
        .toList();
  }

  /** The method that a source has for a kernel; empty where there is none. */
  static String committed(String source, GeneratedKernel kernel) {
    Matcher method =
        Pattern.compile("  (?:private )?static void " + kernel.name() + "\\(").matcher(source);
    return method.find()
        ? source.substring(method.start(), source.indexOf("\n  }\n", method.start()) + 5)
        : "";
  }

  public static void main(String[] args) throws IOException {
    for (Map.Entry<String, GeneratedKernel> entry : KERNELS.entries()) {
      Path file = FOLDER.resolve(entry.getKey());
      String source = Files.readString(file);
      GeneratedKernel kernel = entry.getValue();
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
