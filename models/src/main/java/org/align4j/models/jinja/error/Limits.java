package org.align4j.models.jinja.error;

import org.align4j.models.jinja.error.TemplateException.Kind;

/** What a template may use up: no template of a stranger stops or fills the machine. */
public final class Limits {

  /** Characters of a text, items of a list. */
  public static final int LENGTH = 1 << 24;

  /** Bits of an integer. */
  public static final int BITS = 1 << 20;

  /** Digits of an integer in text, as Python has it. */
  public static final int DIGITS = 4300;

  /** Items of {@code range}, as Jinja2's sandbox has it. */
  public static final int RANGE = 100_000;

  /** Statements, calls and items looped over in one rendering. */
  public static final long STEPS = 50_000_000;

  /** Macros within macros, loops within recursive loops. */
  public static final int CALLS = 200;

  /** Brackets within brackets, blocks within blocks. */
  public static final int NESTING = 150;

  /** Operators, filters and indices in a row. */
  public static final int CHAIN = 500;

  private Limits() {}

  /** Fails if a text or list would be too long. */
  public static int length(long wanted) {
    if (wanted > LENGTH) {
      throw TemplateException.of(
          Kind.LIMIT,
          "a text or list of %s characters or items is longer than the %s allowed",
          wanted,
          LENGTH);
    }
    return (int) wanted;
  }
}
