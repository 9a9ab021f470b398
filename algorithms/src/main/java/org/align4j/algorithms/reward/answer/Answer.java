package org.align4j.algorithms.reward.answer;

/**
 * An answer that was read.
 *
 * @param kind what it is
 * @param value its canonical text: equal answers have equal text
 * @param label the one-letter variable it was given as, or am, pm; empty for none
 */
public record Answer(Kind kind, String value, String label) {

  /** What an answer is. */
  public enum Kind {
    /** A number, units left out. */
    NUMBER,
    /** A list, tuple, interval, set or range. */
    LIST,
    /** Any other formula, compared as text. */
    FORMULA,
    /** Words alone. */
    WORDS,
    /** Words alone that nothing marks as the answer: one only where they are the reference. */
    REMARK,
    /** Words with formulas or numbers in them. */
    PROSE
  }

  /** Whether both are the same answer. Labels count where both have one: x = 5 is not y = 5. */
  public boolean matches(Answer other) {
    return value.equals(other.value)
        && (label.isEmpty() || other.label.isEmpty() || label.equals(other.label));
  }

  Answer labelled(String name) {
    return name.isEmpty() ? this : new Answer(kind, value, name);
  }

  /** Whether it can stand alone, as an answer and not as a piece of a sentence. */
  boolean isPlain() {
    return kind == Kind.NUMBER || kind == Kind.LIST || kind == Kind.FORMULA;
  }
}
