package org.align4j.bench.reproduce.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.align4j.bench.reproduce.SyntheticResults;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Documents say what the committed result files say. */
final class DocumentsTest {

  private static final Path CHECKOUT = Path.of("..");
  private static final Path RESULTS = CHECKOUT.resolve("results").resolve("reproduce");

  @TempDir private Path root;

  @Test
  void everyNumberAndPictureIsThatOfTheResultFiles() {
    assumeTrue(Files.isDirectory(RESULTS), "there are no committed results");
    Documents.of(RESULTS, CHECKOUT)
        .forEach((path, text) ->
            assertThat(CHECKOUT.resolve(path))
                .as("written by bench/run reproduce --from results/reproduce --documents .")
                .content()
                .isEqualTo(text));
  }

  @Test
  void whatStandsBetweenTheMarksIsWrittenAnew() throws IOException {
    Path checkout = root.resolve("checkout");
    Files.createDirectories(checkout.resolve("docs"));
    Files.writeString(
        checkout.resolve("README.md"), "before\n<!-- tally -->\nold\n<!-- /tally -->\nafter\n");
    Files.writeString(checkout.resolve("docs/reproduce.md"), "no mark\n");
    Path results = root.resolve("results");
    SyntheticResults.write(results);
    Documents.write(results, checkout);
    assertThat(checkout.resolve("README.md"))
        .content()
        .startsWith("before\n<!-- tally -->\nOf ")
        .endsWith(" not decidable here.\n<!-- /tally -->\nafter\n")
        .doesNotContain("old");
    assertThat(checkout.resolve("docs/reproduce.md")).content().isEqualTo("no mark\n");
    assertThat(checkout.resolve("docs/images/reproduce-figure3.svg")).exists();
  }
}
