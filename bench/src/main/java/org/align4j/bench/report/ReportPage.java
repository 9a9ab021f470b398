package org.align4j.bench.report;

import java.nio.file.Path;
import java.util.List;
import org.align4j.bench.report.folder.RunFolders;

/**
 * One HTML page about runs, with everything in it: it opens from the disk and asks no server.
 *
 * <p>Texts of prompts and completions are data: they are JSON in the page, in which no tag can
 * begin, and the script only ever sets them as text.
 */
public final class ReportPage {

  private static final List<String> PARTS =
      List.of("report.css", "page.js", "charts.js", "sections.js", "completions.js", "start.js");

  private ReportPage() {}

  /**
   * Reads runs and writes the page, entirely or not at all; an earlier page is replaced.
   *
   * @param folders run folders, comparisons, or folders of these
   * @param out the HTML file
   * @throws IllegalArgumentException if a folder is not there or has no run, or {@code out} is
   *     something else than a page
   */
  public static void write(List<Path> folders, Path out) {
    HtmlPage.write(out, "report", "report.html", PARTS, ReportData.of(RunFolders.read(folders)));
  }
}
