package org.align4j.models.jinja;

/** What a template is compiled to. */
final class Code {

  private Code() {}

  /** An expression. */
  @FunctionalInterface
  interface Evaluation {
    Value evaluate(Locals locals);
  }

  /** A statement; writes to {@code out}. */
  @FunctionalInterface
  interface Action {
    Flow run(Locals locals, StringBuilder out);
  }

  /** Something that gets a value: a name, an attribute, several of them. */
  @FunctionalInterface
  interface Assignment {
    void assign(Locals locals, Value value);
  }

  /** Where it goes on after a statement. */
  enum Flow {
    NEXT,
    BREAK,
    CONTINUE
  }
}
