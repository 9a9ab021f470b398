package org.align4j.bench.report;

import static com.google.common.base.Preconditions.checkArgument;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.common.io.Resources;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import org.align4j.core.file.AtomicFiles;

/**
 * One HTML page about runs, with everything in it: it opens from the disk and asks no server.
 *
 * <p>Texts of prompts and completions are data: they are JSON in the page, in which no tag can
 * begin, and the script only ever sets them as text.
 */
public final class ReportPage {

  /** What a page begins with: another file is not overwritten. */
  private static final String BEGINNING = "<!doctype html>\n<!-- Align4J report -->";

  private static final String UPLOT = "META-INF/resources/webjars/uplot/%s/%s";

  private static final String PLACE = "org/align4j/bench/report/";
  private static final List<String> PARTS =
      List.of("report.css", "page.js", "charts.js", "sections.js", "completions.js", "start.js");

  private static final ObjectMapper MAPPER =
      JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

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
    checkReplaceable(out);
    AtomicFiles.writeString(out, page(ReportData.of(RunFolders.read(folders))));
  }

  private static void checkReplaceable(Path out) {
    if (!Files.exists(out)) {
      return;
    }
    checkArgument(!Files.isDirectory(out), "%s is a folder: name a file", out);
    try (InputStream in = Files.newInputStream(out)) {
      byte[] beginning = in.readNBytes(BEGINNING.length());
      checkArgument(
          BEGINNING.equals(new String(beginning, StandardCharsets.UTF_8)),
          "%s is there and is not a report: name another file",
          out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String page(ReportData data) {
    try {
      String version = uplotVersion();
      String page =
          resource(PLACE + "report.html")
              .replace("{{uplot.css}}", resource(UPLOT.formatted(version, "dist/uPlot.min.css")))
              .replace("{{uplot.licence}}", resource(UPLOT.formatted(version, "LICENSE")))
              .replace(
                  "{{uplot.js}}", resource(UPLOT.formatted(version, "dist/uPlot.iife.min.js")));
      for (String part : PARTS) {
        page = page.replace("{{" + part + "}}", resource(PLACE + part));
      }
      // The data last: what it contains is not looked at again.
      return page.replace("{{data}}", json(data));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** JSON without {@code <}, which could end the element that it stands in. */
  private static String json(ReportData data) throws JsonProcessingException {
    return MAPPER.writeValueAsString(data).replace("<", "\\u003c");
  }

  private static String uplotVersion() throws IOException {
    Properties properties = new Properties();
    try (InputStream in =
        Resources.getResource("META-INF/maven/org.webjars.npm/uplot/pom.properties").openStream()) {
      properties.load(in);
    }
    return properties.getProperty("version");
  }

  private static String resource(String name) throws IOException {
    return Resources.toString(Resources.getResource(name), StandardCharsets.UTF_8);
  }
}
