package org.align4j.cuda.check;

/** What a row says. */
public enum Verdict {
  /** A claim that holds. */
  OK("ok"),
  /** A claim that does not: the check fails. */
  FAIL("FAIL"),
  /** An aim of speed or memory that is reached. */
  MET("met"),
  /** An aim that is not; nothing is wrong with the results. */
  MISSED("MISSED"),
  /** A figure. */
  FIGURE(""),
  /** What could not be looked at here. */
  SKIPPED("skipped");

  private final String label;

  Verdict(String label) {
    this.label = label;
  }

  /** As it is printed. */
  public String label() {
    return label;
  }
}
