package org.align4j.cuda.ptx;

import java.util.ArrayList;
import java.util.List;

/**
 * An instruction as it is written.
 *
 * @param line where it begins, from 1
 * @param guard its predicate, empty without one
 * @param negated whether it runs where the predicate is false
 * @param name all of its name, as {@code add.s32}
 * @param operands as they are written; braces and brackets are kept together
 */
record Statement(int line, String guard, boolean negated, String name, List<String> operands) {

  /** Takes an instruction apart. */
  static Statement of(int line, String text) {
    String rest = text;
    String guard = "";
    boolean negated = false;
    if (rest.startsWith("@")) {
      int end = blank(rest);
      negated = rest.startsWith("@!");
      guard = rest.substring(negated ? 2 : 1, end);
      rest = rest.substring(end).strip();
    }
    int end = blank(rest);
    return new Statement(
        line, guard, negated, rest.substring(0, end), split(rest.substring(end).strip()));
  }

  private static int blank(String text) {
    int at = 0;
    while (at < text.length() && !Character.isWhitespace(text.charAt(at))) {
      at++;
    }
    return at;
  }

  /** Parts between commas that are outside braces, brackets and parentheses. */
  static List<String> split(String text) {
    List<String> parts = new ArrayList<>();
    int depth = 0;
    int from = 0;
    for (int i = 0; i <= text.length(); i++) {
      char c = i == text.length() ? ',' : text.charAt(i);
      if (c == '{' || c == '[' || c == '(') {
        depth++;
      } else if (c == '}' || c == ']' || c == ')') {
        depth--;
      } else if (c == ',' && (depth == 0 || i == text.length())) {
        String part = text.substring(from, i).strip();
        if (!part.isEmpty()) {
          parts.add(part);
        }
        from = i + 1;
      }
    }
    return List.copyOf(parts);
  }

  /** The parts of the name. */
  List<String> parts() {
    return List.of(name.split("\\.", -1));
  }

  /** The last part of the name, its type. */
  String type() {
    return name.substring(name.lastIndexOf('.') + 1);
  }

  /** What comes before the first dot. */
  String base() {
    int dot = name.indexOf('.');
    return dot < 0 ? name : name.substring(0, dot);
  }

  /** Whether a part of the name is this one. */
  boolean has(String part) {
    return parts().contains(part);
  }

  /** An operand by its place. */
  String operand(int index) {
    if (index >= operands.size()) {
      throw new PtxFault("%s has %d operands, %d are needed", this, operands.size(), index + 1);
    }
    return operands.get(index);
  }

  @Override
  public String toString() {
    return (guard.isEmpty() ? "" : "@" + (negated ? "!" : "") + guard + " ")
        + name
        + " "
        + String.join(", ", operands);
  }
}
