package org.align4j.models.jinja;

import org.align4j.models.jinja.TemplateException.Kind;

/** What a template may use up: no template of a stranger stops or fills the machine. */
final class Limits {

  /** Characters of a text, items of a list. */
  static final int LENGTH = 1 << 24;

  /** Bits of an integer. */
  static final int BITS = 1 << 20;

  /** Digits of an integer in text, as Python has it. */
  static final int DIGITS = 4300;

  /** Items of {@code range}, as Jinja2's sandbox has it. */
  static final int RANGE = 100_000;

  /** Statements, calls and items looped over in one rendering. */
  static final long STEPS = 50_000_000;

  /** Macros within macros, loops within recursive loops. */
  static final int CALLS = 200;

  /** Brackets within brackets, blocks within blocks. */
  static final int NESTING = 150;

  /** Operators, filters and indices in a row. */
  static final int CHAIN = 500;

  private Limits() {}

  /** Fails if a text or list would be too long. */
  static int length(long wanted) {
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
