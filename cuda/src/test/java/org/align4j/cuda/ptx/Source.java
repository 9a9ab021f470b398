package org.align4j.cuda.ptx;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * PTX taken apart: declarations of the module, and entries with what is written in each.
 *
 * @param declarations variables of the module
 * @param entries kernels by name
 */
record Source(List<Piece> declarations, Map<String, Entry> entries) {

  private static final Pattern ENTRY = Pattern.compile("\\.entry\\s+([\\w$]+)\\s*(\\(([^)]*)\\))?");
  private static final Pattern LINES =
      Pattern.compile("(?m)^\\s*\\.(version|target|address_size|loc|file)\\b.*$");
  private static final Pattern LABEL = Pattern.compile("^([\\w$%]+)\\s*:(?!:)");

  /**
   * Text between two ends of statements.
   *
   * @param line where it begins, from 1
   * @param text a statement, a label with its colon, <code>{</code> or <code>}</code>
   */
  record Piece(int line, String text) {}

  /**
   * A kernel.
   *
   * @param name its name
   * @param parameters their declarations
   * @param body what is between its braces
   */
  record Entry(String name, List<String> parameters, List<Piece> body) {}

  /** Reads PTX. */
  static Source of(String text) {
    List<Piece> declarations = new ArrayList<>();
    Map<String, Entry> entries = new LinkedHashMap<>();
    List<Piece> body = new ArrayList<>();
    String header = "";
    int depth = 0;
    for (Piece piece : pieces(withoutComments(text))) {
      String s = piece.text();
      if (s.equals("{")) {
        depth++;
        if (depth > 1) {
          body.add(piece);
        }
      } else if (s.equals("}")) {
        depth--;
        if (depth > 0) {
          body.add(piece);
        } else {
          Matcher entry = ENTRY.matcher(header);
          if (entry.find()) {
            String parameters = entry.group(3);
            entries.put(
                entry.group(1),
                new Entry(
                    entry.group(1),
                    parameters == null ? List.of() : Statement.split(parameters),
                    List.copyOf(body)));
          }
          body.clear();
        }
      } else if (depth > 0) {
        body.add(piece);
      } else if (isHeader(s)) {
        header = s;
      } else {
        declarations.add(piece);
      }
    }
    if (depth != 0) {
      throw new PtxFault("the PTX ends within braces: %d are open", depth);
    }
    return new Source(List.copyOf(declarations), entries);
  }

  private static boolean isHeader(String s) {
    return s.contains(".entry") || s.contains(".func");
  }

  private static String withoutComments(String text) {
    String plain =
        Pattern.compile("/\\*.*?\\*/", Pattern.DOTALL)
            .matcher(text.replace("\0", ""))
            .replaceAll(comment -> "\n".repeat((int) comment.group().lines().count() - 1));
    return LINES.matcher(plain.replaceAll("//[^\n]*", "")).replaceAll("");
  }

  private static List<Piece> pieces(String text) {
    List<Piece> pieces = new ArrayList<>();
    StringBuilder piece = new StringBuilder();
    int line = 1;
    int begin = 1;
    int nested = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\n') {
        line++;
      }
      boolean empty = piece.isEmpty();
      if (empty && Character.isWhitespace(c)) {
        continue;
      }
      if (empty) {
        begin = line;
      }
      if (c == ';' && nested == 0) {
        add(pieces, begin, piece);
      } else if (c == '{' && nested == 0 && (empty || isHeader(piece.toString()))) {
        add(pieces, begin, piece);
        pieces.add(new Piece(line, "{"));
      } else if (c == '}' && nested == 0) {
        add(pieces, begin, piece);
        pieces.add(new Piece(line, "}"));
      } else {
        nested += c == '{' ? 1 : c == '}' ? -1 : 0;
        piece.append(Character.isWhitespace(c) ? ' ' : c);
        if (c == ':' && LABEL.matcher(piece).matches() && text.charAt(i + 1) != ':') {
          add(pieces, begin, piece);
        }
      }
    }
    add(pieces, begin, piece);
    return pieces;
  }

  private static void add(List<Piece> pieces, int line, StringBuilder piece) {
    String text = piece.toString().strip();
    if (!text.isEmpty()) {
      pieces.add(new Piece(line, text));
    }
    piece.setLength(0);
  }
}
