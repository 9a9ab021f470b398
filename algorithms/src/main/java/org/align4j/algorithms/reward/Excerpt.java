package org.align4j.algorithms.reward;

/** Texts of unknown length and content, as a message quotes them: one line, shortened. */
public final class Excerpt {

  private static final int LONGEST = 200;

  private Excerpt() {}

  /** The beginning of a text in quotation marks, with its length where more follows. */
  public static String of(String text) {
    boolean whole = text.length() <= LONGEST;
    String shown = whole ? text : text.substring(0, LONGEST);
    String line = shown.replace("\n", "\\n").replaceAll("\\p{Cntrl}", "�");
    return whole ? "\"" + line + "\"" : "\"%s…\" (%s characters)".formatted(line, text.length());
  }
}
