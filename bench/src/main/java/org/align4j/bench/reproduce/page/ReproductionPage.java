package org.align4j.bench.reproduce.page;

import java.nio.file.Path;
import java.util.List;
import org.align4j.bench.report.HtmlPage;

/**
 * The page about a reproduction, made of result files alone: the same files give the same bytes.
 */
public final class ReproductionPage {

  private static final List<String> PARTS =
      List.of("report.css", "reproduce.css", "page.js", "charts.js", "sections.js", "reproduce.js");

  private ReproductionPage() {}

  /**
   * Reads results, of which some may be missing, and writes the page; an earlier page is replaced.
   *
   * @param results folder with {@code small/figure1.json} and others
   * @param out the HTML file
   * @throws IllegalArgumentException if {@code out} is something else than such a page
   */
  public static void write(Path results, Path out) {
    write(Results.read(results), out);
  }

  /**
   * The same of a folder that must have results.
   *
   * @throws IllegalArgumentException if it has none, or {@code out} is something else than such a
   *     page
   */
  public static void rebuild(Path results, Path out) {
    write(Results.readSome(results), out);
  }

  private static void write(Results results, Path out) {
    HtmlPage.write(out, "reproduction", "reproduce.html", PARTS, new Sections(results).page());
  }
}
