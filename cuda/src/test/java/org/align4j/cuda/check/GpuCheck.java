package org.align4j.cuda.check;

import com.google.common.primitives.Ints;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.align4j.cuda.check.kernel.KernelCheck;
import org.align4j.cuda.driver.Cuda;
import org.align4j.cuda.driver.Probe;
import org.jspecify.annotations.Nullable;

/**
 * The check of a card.
 *
 * <pre>
 * GpuCheck [--small] [--seconds N] [--out FOLDER] [SECTION ...]
 * GpuCheck digests        prints a digest of what core's scalar kernels make of each case
 * GpuCheck section NAME FILE [--small]
 * </pre>
 *
 * Exit code: 0, 1 if a claim fails, 2 for bad arguments, 3 without a card.
 */
public final class GpuCheck {

  private static final String FOLDER = "gpu-check.folder";

  /** Of a check, and of a dry run, which may wait for a busy machine. */
  private static final int SECONDS = 720;

  private static final int DRY_SECONDS = 3600;

  private static final List<String> FLAGS =
      List.of(
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow",
          "-XX:+UseSerialGC",
          "-Xmx3g");

  private GpuCheck() {}

  /** Runs. */
  public static void main(String[] arguments) throws Exception {
    System.exit(run(arguments));
  }

  private static int run(String[] arguments) throws Exception {
    if (arguments.length > 0 && arguments[0].equals("digests")) {
      KernelCheck.digests().forEach((name, digest) -> System.out.println(digest + " " + name));
      return 0;
    }
    if (arguments.length > 0 && arguments[0].equals("section")) {
      return section(arguments);
    }
    boolean small = false;
    @Nullable Integer seconds = null;
    Path out = Path.of(".");
    List<Section> sections = new ArrayList<>();
    for (int i = 0; i < arguments.length; i++) {
      String argument = arguments[i];
      boolean last = i + 1 == arguments.length;
      if (argument.equals("--small")) {
        small = true;
      } else if (argument.equals("--seconds") && !last) {
        seconds = Ints.tryParse(arguments[++i]);
        if (seconds == null || seconds < 1) {
          System.err.println(
              "gpu-check: --seconds is " + arguments[i] + ": it must be a whole number above 0");
          return 2;
        }
      } else if (argument.equals("--out") && !last) {
        out = Path.of(arguments[++i]);
      } else {
        Optional<Section> found =
            Arrays.stream(Section.values()).filter(s -> s.label().equals(argument)).findAny();
        if (found.isEmpty()) {
          System.err.println(
              "gpu-check: "
                  + argument
                  + " is no section and no option; sections: "
                  + String.join(", ", Arrays.stream(Section.values()).map(Section::label).toList())
                  + "; options: --small, --seconds N, --out FOLDER");
          return 2;
        }
        sections.add(found.get());
      }
    }
    int limit = seconds == null ? (small ? DRY_SECONDS : SECONDS) : seconds;
    return switch (Cuda.probe()) {
      case Probe.Refused refused -> {
        System.err.println("gpu-check: " + refused.sentence());
        yield 3;
      }
      case Probe.Ready ready ->
          new Sections(ready.device(), small, out)
              .run(sections.isEmpty() ? List.of(Section.values()) : sections, limit);
    };
  }

  /** In a process of its own: a fault of a kernel leaves no card to the rest of the process. */
  private static int section(String[] arguments) throws IOException {
    Section section = Section.valueOf(arguments[1]);
    Path file = Path.of(arguments[2]);
    boolean small = Arrays.asList(arguments).contains("--small");
    try (Report report = new Report(section.label(), file)) {
      try (Card card = new Card(small)) {
        section.run(card, report);
      } catch (Exception | LinkageError | OutOfMemoryError e) {
        report.row(Verdict.FAIL, "section", String.valueOf(e), Map.of());
        e.printStackTrace();
      }
      return report.failed() ? 1 : 0;
    }
  }

  /** The command that runs this program in another process. */
  static List<String> command() {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(FLAGS);
    carried("").ifPresent(folder -> command.add("-D" + FOLDER + "=" + folder));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(GpuCheck.class.getName());
    return command;
  }

  /** A file of the folder that this check was carried in, where there is one. */
  public static Optional<Path> carried(String name) {
    return Optional.ofNullable(System.getProperty(FOLDER))
        .map(folder -> Path.of(folder, name))
        .filter(Files::exists);
  }
}
