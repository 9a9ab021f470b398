package org.align4j.models.jinja.parse;

import java.util.List;
import org.align4j.models.jinja.value.Value;
import org.jspecify.annotations.Nullable;

/** A part of a template that has a value. */
public sealed interface Expression {

  /** Text between tags. */
  record Data(String text) implements Expression {}

  record Literal(Value value) implements Expression {}

  record Name(String name) implements Expression {}

  record TupleOf(List<Expression> items) implements Expression {}

  record ListOf(List<Expression> items) implements Expression {}

  /** Keys and values, alternating. */
  record DictOf(List<Expression> keysAndValues) implements Expression {}

  /** {@code +x} and {@code -x}. */
  record Sign(boolean minus, Expression operand) implements Expression {}

  /** Arithmetic. */
  record Binary(Token.Type operator, Expression left, Expression right) implements Expression {}

  /** {@code and}, {@code or}: one of the operands. */
  record Logical(boolean and, Expression left, Expression right) implements Expression {}

  record Not(Expression operand) implements Expression {}

  /** A chain such as {@code a < b <= c}. */
  record Compare(Expression first, List<Operand> operands) implements Expression {}

  /** An operator ({@code ==}, {@code in}, {@code not in}, …) and what is right of it. */
  record Operand(String operator, Expression value) {}

  /** Texts joined by {@code ~}. */
  record Concat(List<Expression> parts) implements Expression {}

  /** {@code then if test else otherwise}. */
  record Conditional(Expression test, Expression then, @Nullable Expression otherwise, int line)
      implements Expression {}

  /** {@code operand|name(arguments)}; in blocks, the operand is what was written. */
  record Filter(@Nullable Expression operand, String name, CallArguments arguments, int line)
      implements Expression {}

  /** {@code operand is name(arguments)}. */
  record Check(Expression operand, String name, CallArguments arguments, int line)
      implements Expression {}

  record Call(Expression function, CallArguments arguments) implements Expression {}

  record Attribute(Expression owner, String name) implements Expression {}

  record Item(Expression owner, Expression key, int line) implements Expression {}

  /** {@code start:stop:step} in brackets. */
  record Slice(@Nullable Expression start, @Nullable Expression stop, @Nullable Expression step)
      implements Expression {}

  /** Arguments as written: positions, names, {@code *more}, {@code **named}. */
  record CallArguments(
      List<Expression> positional,
      List<Keyword> named,
      @Nullable Expression more,
      @Nullable Expression moreNamed) {

    public static final CallArguments NONE = new CallArguments(List.of(), List.of(), null, null);
  }

  record Keyword(String name, Expression value) {}
}
