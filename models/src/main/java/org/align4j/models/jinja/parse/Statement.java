package org.align4j.models.jinja.parse;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A part of a template that does something. */
public sealed interface Statement {

  /** The line that it begins in. */
  int line();

  /** Text and values to write, each with its line. */
  record Output(List<Written> parts, int line) implements Statement {}

  record Written(Expression value, int line) {}

  record For(
      Target target,
      Expression items,
      List<Statement> body,
      List<Statement> otherwise,
      @Nullable Expression test,
      boolean recursive,
      int line)
      implements Statement {}

  /** A branch, and those that follow where its test fails. */
  record If(
      Expression test, List<Statement> body, List<If> others, List<Statement> otherwise, int line)
      implements Statement {}

  /** Parameters with defaults of the last ones. */
  record Signature(List<String> names, List<Expression> defaults) {
    public static final Signature NONE = new Signature(List.of(), List.of());
  }

  record Macro(String name, Signature signature, List<Statement> body, int line)
      implements Statement {}

  record CallBlock(Expression.Call call, Signature signature, List<Statement> body, int line)
      implements Statement {}

  record FilterBlock(Expression.Filter filter, List<Statement> body, int line)
      implements Statement {}

  record With(List<Target> targets, List<Expression> values, List<Statement> body, int line)
      implements Statement {}

  record Assign(Target target, Expression value, int line) implements Statement {}

  record AssignBlock(
      Target target, Expression.@Nullable Filter filter, List<Statement> body, int line)
      implements Statement {}

  record Block(String name, boolean scoped, boolean required, List<Statement> body, int line)
      implements Statement {}

  record Autoescape(Expression on, List<Statement> body, int line) implements Statement {}

  /** transformers' mark around what the assistant says. */
  record Generation(List<Statement> body, int line) implements Statement {}

  record Break(int line) implements Statement {}

  record Continue(int line) implements Statement {}

  /** {@code include}, {@code import}, {@code from}, {@code extends}: there are no other files. */
  record Load(String tag, Expression template, List<String> names, int line) implements Statement {}
}
