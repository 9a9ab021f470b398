package org.align4j.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The file itself. */
final class ReportPageTest {

  @TempDir private Path root;
  private Path run;
  private Path page;

  @BeforeEach
  void write() throws IOException {
    run = RunFiles.run(root.resolve("runs"), "ppo", 1, 2);
    page = root.resolve("report.html");
  }

  @Test
  void nothingIsLoadedFromElsewhere() throws IOException {
    ReportPage.write(List.of(run), page);
    assertThat(Files.readString(page))
        .doesNotContainPattern("(src|href)=\"(?!#)")
        .contains("default-src 'none'")
        .doesNotContain("{{");
  }

  @Test
  void theLicenceOfTheChartsGoesWithThem() throws IOException {
    ReportPage.write(List.of(run), page);
    assertThat(Files.readString(page)).contains("The MIT License", "Leon Sorokin");
  }

  @Test
  void noTextOfARunEndsTheElementItStandsIn() throws IOException {
    RunFiles.line(
        run.resolve("completions.jsonl"),
        RunFiles.sample(3, "</script><script>alert(1)</script>", "{{page.js}} <!--"));
    ReportPage.write(List.of(run), page);
    String text = Files.readString(page);
    String data = text.substring(text.indexOf("id=\"data\">"), text.indexOf("</script>"));
    assertThat(data).contains("alert(1)", "{{page.js}}").doesNotContain("<");
  }

  @Test
  void equalRunsGiveEqualBytes() throws IOException {
    ReportPage.write(List.of(run), page);
    byte[] first = Files.readAllBytes(page);
    ReportPage.write(List.of(run), page);
    assertThat(Files.readAllBytes(page)).isEqualTo(first);
  }

  @Test
  void aFileThatIsNoReportIsNotOverwritten() throws IOException {
    Files.writeString(page, "mine");
    assertThatThrownBy(() -> ReportPage.write(List.of(run), page))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is not a report");
    assertThat(page).hasContent("mine");
  }
}
