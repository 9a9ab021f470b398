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
 * An HTML page with everything in it: styles, scripts, uPlot, data. A template has {@code {{name}}}
 * where a part goes.
 */
public final class HtmlPage {

  private static final String UPLOT = "META-INF/resources/webjars/uplot/%s/%s";
  private static final String PLACE = "org/align4j/bench/report/";

  private static final ObjectMapper MAPPER =
      JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

  private HtmlPage() {}

  /**
   * Writes a page, entirely or not at all; an earlier page of its kind is replaced.
   *
   * @param kind what the page is, as the comment at its beginning has it
   * @param template name of the resource
   * @param parts names of the resources that go into it
   * @param data what its script is given, for Jackson
   * @throws IllegalArgumentException if {@code out} is something else than such a page
   */
  public static void write(
      Path out, String kind, String template, List<String> parts, Object data) {
    checkReplaceable(out, kind);
    AtomicFiles.writeString(out, page(template, parts, data));
  }

  private static void checkReplaceable(Path out, String kind) {
    if (!Files.exists(out)) {
      return;
    }
    checkArgument(!Files.isDirectory(out), "%s is a folder: name a file", out);
    String beginning = "<!doctype html>\n<!-- Align4J %s -->".formatted(kind);
    try (InputStream in = Files.newInputStream(out)) {
      byte[] there = in.readNBytes(beginning.length());
      checkArgument(
          beginning.equals(new String(there, StandardCharsets.UTF_8)),
          "%s is there and is not a %s: name another file",
          out,
          kind);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String page(String template, List<String> parts, Object data) {
    try {
      String version = uplotVersion();
      String page =
          resource(PLACE + template)
              .replace("{{uplot.css}}", resource(UPLOT.formatted(version, "dist/uPlot.min.css")))
              .replace("{{uplot.licence}}", resource(UPLOT.formatted(version, "LICENSE")))
              .replace(
                  "{{uplot.js}}", resource(UPLOT.formatted(version, "dist/uPlot.iife.min.js")));
      for (String part : parts) {
        page = page.replace("{{" + part + "}}", resource(PLACE + part));
      }
      // The data last: what it contains is not looked at again.
      return page.replace("{{data}}", json(data));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** JSON without {@code <}, which could end the element that it stands in. */
  private static String json(Object data) throws JsonProcessingException {
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
