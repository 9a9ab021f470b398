package org.align4j.models.jinja.run;

import org.align4j.models.jinja.value.Value;

/** What a template is compiled to. */
public final class Code {

  private Code() {}

  /** An expression. */
  @FunctionalInterface
  public interface Computation {
    Value evaluate(Locals locals);
  }

  /** A statement; writes to {@code out}. */
  @FunctionalInterface
  public interface Action {
    Flow run(Locals locals, StringBuilder out);
  }

  /** Something that gets a value: a name, an attribute, several of them. */
  @FunctionalInterface
  public interface Assignment {
    void assign(Locals locals, Value value);
  }

  /** Where it goes on after a statement. */
  public enum Flow {
    NEXT,
    BREAK,
    CONTINUE
  }
}
