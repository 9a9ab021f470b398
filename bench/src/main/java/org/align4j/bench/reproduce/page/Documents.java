package org.align4j.bench.reproduce.page;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.align4j.bench.reproduce.page.Page.Section;
import org.align4j.bench.reproduce.page.Page.Table;
import org.align4j.core.file.AtomicFiles;

/**
 * Documents whose numbers come from result files: what stands between {@code <!-- name -->} and
 * {@code <!-- /name -->} is rewritten, and pictures are drawn.
 */
public final class Documents {

  private static final Path PICTURES = Path.of("docs", "images");
  private static final List<Path> TEXTS =
      List.of(Path.of("README.md"), Path.of("docs", "reproduce.md"));

  private Documents() {}

  /**
   * The documents of a checkout as the results have them.
   *
   * @return contents by path in the checkout
   */
  public static ImmutableMap<Path, String> of(Path results, Path checkout) {
    Map<String, String> blocks = blocks(new Sections(Results.read(results)).page());
    ImmutableMap.Builder<Path, String> documents = ImmutableMap.builder();
    for (Path text : TEXTS) {
      try {
        documents.put(text, filled(Files.readString(checkout.resolve(text)), blocks));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    Pictures.draw(results).forEach((name, svg) -> documents.put(PICTURES.resolve(name), svg));
    return documents.buildOrThrow();
  }

  /** Writes them into the checkout. */
  public static void write(Path results, Path checkout) {
    of(results, checkout)
        .forEach((path, text) -> AtomicFiles.writeString(checkout.resolve(path), text));
  }

  private static Map<String, String> blocks(Page page) {
    Map<String, String> blocks = new LinkedHashMap<>();
    blocks.put("verdicts", verdicts(page));
    blocks.put("tally", tally(page));
    for (Section section : page.sections()) {
      blocks.put(
          section.id() + " tables",
          section.tables().stream().map(Documents::table).collect(Collectors.joining("\n")));
    }
    return blocks;
  }

  private static String filled(String text, Map<String, String> blocks) {
    String out = text;
    for (Map.Entry<String, String> block : blocks.entrySet()) {
      Pattern place =
          Pattern.compile(
              "<!-- %1$s -->.*?<!-- /%1$s -->".formatted(Pattern.quote(block.getKey())),
              Pattern.DOTALL);
      String filling =
          "<!-- %1$s -->\n%2$s<!-- /%1$s -->".formatted(block.getKey(), block.getValue());
      out = place.matcher(out).replaceAll(Matcher.quoteReplacement(filling));
    }
    return out;
  }

  /** The verdicts as a table in Markdown. */
  private static String verdicts(Page page) {
    StringBuilder out = new StringBuilder();
    line(out, List.of("", "the paper says", "measured", "verdict"));
    line(out, Collections.nCopies(4, "---"));
    for (Section section : page.sections()) {
      for (Page.Row row : section.claims()) {
        line(
            out,
            List.of(
                section.title().split(":", 2)[0],
                row.claim(),
                row.statistic() + ": " + row.interval(),
                row.verdict()));
      }
    }
    return out.toString();
  }

  /** How many claims have which verdict. */
  private static String tally(Page page) {
    List<Page.Row> rows =
        page.sections().stream()
            .flatMap(section -> section.claims().stream())
            .collect(ImmutableList.toImmutableList());
    StringBuilder out = new StringBuilder("Of " + rows.size() + " claims ");
    for (ClaimVerdict verdict : ClaimVerdict.values()) {
      long count = rows.stream().filter(row -> row.verdict().equals(verdict.text())).count();
      out.append(verdict == ClaimVerdict.REPRODUCED ? "" : ", ")
          .append(count)
          .append(count == 1 ? " is " : " are ")
          .append(verdict.text());
    }
    return out.append(".\n").toString();
  }

  private static String table(Table table) {
    StringBuilder out = new StringBuilder("**" + table.title() + "**\n\n");
    line(out, table.head());
    line(out, Collections.nCopies(table.head().size(), "---"));
    table.rows().forEach(row -> line(out, row));
    if (!table.note().isEmpty()) {
      out.append('\n').append(table.note()).append('\n');
    }
    return out.toString();
  }

  private static void line(StringBuilder out, List<String> cells) {
    out.append("| ").append(String.join(" | ", cells)).append(" |\n");
  }
}
