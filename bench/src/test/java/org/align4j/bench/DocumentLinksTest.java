package org.align4j.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What documents point at is there: files and tests. */
final class DocumentLinksTest {

  private static final Path ROOT = Path.of("..");
  private static final Pattern TEST = Pattern.compile("\\b(\\w+Test)\\.(\\w+)");
  private static final Pattern LINK = Pattern.compile("]\\(([^)#:\\s]+)(#[^)]*)?\\)");

  private static List<Path> documents() throws IOException {
    List<Path> documents =
        new ArrayList<>(List.of(ROOT.resolve("README.md"), ROOT.resolve("CONTRIBUTING.md")));
    try (Stream<Path> files = Files.list(ROOT.resolve("docs"))) {
      files.filter(file -> file.toString().endsWith(".md")).forEach(documents::add);
    }
    assertThat(documents).hasSizeGreaterThan(10);
    return documents;
  }

  /** A statement names the test that holds it: {@code NameTest.method}. */
  @Test
  void everyTestNamedIsThere() throws IOException {
    Map<String, String> sources = new HashMap<>();
    for (String module : List.of("core", "cuda", "models", "algorithms", "bench", "spark")) {
      try (Stream<Path> files = Files.walk(ROOT.resolve(module).resolve("src/test/java"))) {
        for (Path file : files.filter(f -> f.toString().endsWith("Test.java")).toList()) {
          String name = file.getFileName().toString().replace(".java", "");
          sources.merge(name, Files.readString(file), String::concat);
        }
      }
    }
    List<String> missing = new ArrayList<>();
    for (Path document : documents()) {
      for (MatchResult test : TEST.matcher(Files.readString(document)).results().toList()) {
        if (!sources.getOrDefault(test.group(1), "").contains(" " + test.group(2) + "(")) {
          missing.add(document.getFileName() + ": " + test.group());
        }
      }
    }
    assertThat(missing).isEmpty();
  }

  @Test
  void everyRelativeLinkLeadsToAFile() throws IOException {
    List<String> broken = new ArrayList<>();
    for (Path document : documents()) {
      List<MatchResult> links = LINK.matcher(Files.readString(document)).results().toList();
      for (MatchResult link : links) {
        if (!Files.exists(document.resolveSibling(link.group(1)))) {
          broken.add(document.getFileName() + ": " + link.group(1));
        }
      }
    }
    assertThat(broken).isEmpty();
  }
}
