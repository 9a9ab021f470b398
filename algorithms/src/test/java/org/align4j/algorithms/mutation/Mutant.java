package org.align4j.algorithms.mutation;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One change of one line of one source file.
 *
 * @param file the source
 * @param line number from 1
 * @param change before and after
 * @param source the whole changed source
 */
record Mutant(Path file, int line, String change, String source) {

  /** A pattern and what it becomes. */
  private record Rule(Pattern pattern, String replacement) {
    static Rule of(String pattern, String replacement) {
      return new Rule(Pattern.compile(pattern), replacement);
    }
  }

  private static final List<Rule> RULES =
      List.of(
          // add / sub
          Rule.of("\\.add\\(", ".sub("),
          Rule.of("\\.addi\\(", ".subi("),
          Rule.of("\\.sub\\(", ".add("),
          Rule.of("\\.subi\\(", ".addi("),
          Rule.of("\\.rsub\\(", ".sub("),
          Rule.of("\\.rsubi\\(", ".subi("),
          Rule.of("(?<=[\\w)]) \\+ (?=[\\w(])", " - "),
          Rule.of("(?<=[\\w)]) - (?=[\\w(])", " + "),
          Rule.of(" \\+= ", " -= "),
          Rule.of(" -= ", " += "),
          Rule.of("\\.negi?\\(\\)", ""),
          Rule.of("(?<=[(,=] ?)-(?=[a-z(])", ""),
          // mul / div
          Rule.of("\\.mul\\(", ".div("),
          Rule.of("\\.muli\\(", ".divi("),
          Rule.of("\\.div\\(", ".mul("),
          Rule.of("\\.divi\\(", ".muli("),
          Rule.of("(?<=[\\w)]) \\* (?=[\\w(])", " / "),
          Rule.of("(?<=[\\w)]) / (?=[\\w(])", " * "),
          // mask / no mask
          Rule.of("\\.muli?\\(mask\\)", ""),
          Rule.of("\\.muli?\\((scored\\.)?(siblings|singles)\\(\\)\\)", ""),
          Rule.of("(?<=, )mask(?=[,)])", "org.nd4j.linalg.factory.Nd4j.onesLike(mask)"),
          // ddof
          Rule.of("(?<=TOKENS, |SEQUENCES, )0", "1"),
          Rule.of("(?<=TOKENS, |SEQUENCES, )1", "0"),
          Rule.of("ddof\\)(?=[;,)])", "0)"),
          // epsilon
          Rule.of("(?<![\\w.])1e-(\\d)", "1e-2 * 0.$1"),
          // comparisons
          Rule.of("\\.gt\\(", ".lt("),
          Rule.of("\\.lt\\(", ".gt("),
          Rule.of("\\.gte\\(", ".lt("),
          Rule.of("\\.lte\\(", ".gt("));

  static List<Mutant> of(Path file, String source) {
    List<Mutant> mutants = new ArrayList<>();
    String[] lines = source.split("\n", -1);
    for (int i = 0; i < lines.length; i++) {
      String line = lines[i];
      String trimmed = line.strip();
      boolean comment =
          trimmed.startsWith("*") || trimmed.startsWith("/*") || trimmed.startsWith("//");
      boolean declaration = trimmed.startsWith("import ") || trimmed.startsWith("package ");
      if (comment || declaration || trimmed.contains("\"")) {
        continue;
      }
      for (Rule rule : RULES) {
        Matcher matcher = rule.pattern.matcher(line);
        while (matcher.find()) {
          String[] copy = lines.clone();
          copy[i] =
              line.substring(0, matcher.start())
                  + expand(matcher, rule.replacement)
                  + line.substring(matcher.end());
          mutants.add(
              new Mutant(
                  file,
                  i + 1,
                  matcher.group().strip()
                      + " -> "
                      + expand(matcher, rule.replacement).strip()
                      + " in: "
                      + trimmed,
                  String.join("\n", copy)));
        }
      }
    }
    return mutants;
  }

  private static String expand(Matcher matcher, String replacement) {
    return matcher.groupCount() > 0 && matcher.group(1) != null
        ? replacement.replace("$1", matcher.group(1))
        : replacement;
  }
}
