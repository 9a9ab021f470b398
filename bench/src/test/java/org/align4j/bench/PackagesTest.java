package org.align4j.bench;

import static com.google.common.collect.ImmutableList.toImmutableList;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every package of every module keeps to. */
final class PackagesTest {

  /** More than these nobody keeps in mind. */
  private static final int MOST_FILES = 20;

  /** Folders with sources in them, of all modules. */
  static ImmutableList<Path> packages() throws IOException {
    ImmutableList.Builder<Path> packages = ImmutableList.builder();
    for (String module : ImmutableList.of("core", "models", "algorithms", "bench", "spark")) {
      try (Stream<Path> folders = Files.walk(Path.of("..", module, "src/main/java"))) {
        for (Path folder : folders.filter(Files::isDirectory).sorted().toList()) {
          if (!sources(folder).isEmpty()) {
            packages.add(folder);
          }
        }
      }
    }
    return packages.build();
  }

  private static ImmutableList<String> sources(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".java"))
          .sorted()
          .collect(toImmutableList());
    }
  }

  @ParameterizedTest
  @MethodSource("packages")
  void aPackageHasAtMostTwentyFiles(Path folder) throws IOException {
    assertThat(sources(folder)).hasSizeLessThanOrEqualTo(MOST_FILES);
  }

  /** NullAway skips a package that does not say so. */
  @ParameterizedTest
  @MethodSource("packages")
  void aPackageIsNullMarked(Path folder) throws IOException {
    assertThat(folder.resolve("package-info.java")).content().contains("@NullMarked\npackage ");
  }
}
