package org.align4j.bench;

import static com.google.common.collect.ImmutableList.toImmutableList;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every package of every module keeps to. */
final class PackagesTest {

  /** More than these nobody keeps in mind. */
  private static final int MOST_FILES = 20;

  /** Still above that: a package that is taken apart leaves this list, and none comes to it. */
  private static final Set<String> STILL_TOO_LARGE = Set.of("org.align4j.models.checkpoint");

  /** Folders with sources in them, of all modules. */
  static ImmutableList<Path> packages() throws IOException {
    ImmutableList.Builder<Path> packages = ImmutableList.builder();
    for (String module : ImmutableList.of("core", "models", "algorithms", "bench")) {
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

  private static String name(Path folder) {
    String path = folder.toString().replace('\\', '/');
    return path.substring(path.indexOf("org/align4j")).replace('/', '.');
  }

  @ParameterizedTest
  @MethodSource("packages")
  void aPackageHasAtMostTwentyFiles(Path folder) throws IOException {
    int most = STILL_TOO_LARGE.contains(name(folder)) ? Integer.MAX_VALUE : MOST_FILES;
    assertThat(sources(folder)).hasSizeLessThanOrEqualTo(most);
  }

  /** NullAway skips a package that does not say so. */
  @ParameterizedTest
  @MethodSource("packages")
  void aPackageIsNullMarked(Path folder) throws IOException {
    assertThat(folder.resolve("package-info.java")).content().contains("@NullMarked\npackage ");
  }
}
