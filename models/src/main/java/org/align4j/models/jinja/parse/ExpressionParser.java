package org.align4j.models.jinja.parse;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import org.align4j.models.jinja.error.TemplateException;
import org.align4j.models.jinja.parse.Expression.CallArguments;
import org.align4j.models.jinja.parse.Expression.Operand;
import org.align4j.models.jinja.parse.Token.Type;
import org.align4j.models.jinja.value.Bool;
import org.align4j.models.jinja.value.Int;
import org.align4j.models.jinja.value.None;
import org.align4j.models.jinja.value.Numbers;
import org.align4j.models.jinja.value.Real;
import org.align4j.models.jinja.value.Str;
import org.jspecify.annotations.Nullable;

/** Words to expressions, by Jinja2's precedence: {@code or}, {@code and}, {@code not}, … */
final class ExpressionParser {

  private final TokenStream stream;

  ExpressionParser(TokenStream stream) {
    this.stream = stream;
  }

  /** One expression, conditionals included. */
  Expression expression() {
    stream.enter();
    Expression then = or();
    while (stream.is("if")) {
      int line = stream.next().line();
      Expression test = or();
      Expression otherwise = stream.skipIf("else") ? expression() : null;
      then = new Expression.Conditional(test, then, otherwise, line);
    }
    stream.leave();
    return then;
  }

  private Expression or() {
    Expression left = and();
    while (stream.skipIf("or")) {
      left = new Expression.Logical(false, left, and());
    }
    return left;
  }

  private Expression and() {
    Expression left = not();
    while (stream.skipIf("and")) {
      left = new Expression.Logical(true, left, not());
    }
    return left;
  }

  private Expression not() {
    if (!stream.skipIf("not")) {
      return compare();
    }
    stream.enter();
    Expression operand = not();
    stream.leave();
    return new Expression.Not(operand);
  }

  private Expression compare() {
    Expression first = sum();
    List<Operand> operands = new ArrayList<>();
    while (true) {
      switch (stream.current().type()) {
        case EQUAL, UNEQUAL, LESS, AT_MOST, MORE, AT_LEAST ->
            operands.add(new Operand(stream.next().text(), sum()));
        default -> {
          if (stream.skipIf("in")) {
            operands.add(new Operand("in", sum()));
          } else if (stream.is("not") && stream.look().is("in")) {
            stream.next();
            stream.next();
            operands.add(new Operand("not in", sum()));
          } else {
            return operands.isEmpty() ? first : new Expression.Compare(first, operands);
          }
        }
      }
    }
  }

  private Expression sum() {
    Expression left = concat();
    while (stream.is(Type.ADD) || stream.is(Type.SUBTRACT)) {
      left = new Expression.Binary(stream.next().type(), left, concat());
    }
    return left;
  }

  private Expression concat() {
    List<Expression> parts = new ArrayList<>(List.of(product()));
    while (stream.skipIf(Type.TILDE)) {
      parts.add(product());
    }
    return parts.size() == 1 ? parts.get(0) : new Expression.Concat(parts);
  }

  private Expression product() {
    Expression left = power();
    while (stream.is(Type.MULTIPLY)
        || stream.is(Type.DIVIDE)
        || stream.is(Type.FLOOR_DIVIDE)
        || stream.is(Type.MODULO)) {
      left = new Expression.Binary(stream.next().type(), left, power());
    }
    return left;
  }

  private Expression power() {
    Expression left = unary(true);
    while (stream.skipIf(Type.POWER)) {
      left = new Expression.Binary(Type.POWER, left, unary(true));
    }
    return left;
  }

  private Expression unary(boolean filters) {
    Expression operand;
    if (stream.is(Type.SUBTRACT) || stream.is(Type.ADD)) {
      boolean minus = stream.next().is(Type.SUBTRACT);
      stream.enter();
      operand = new Expression.Sign(minus, unary(false));
      stream.leave();
    } else {
      operand = primary();
    }
    operand = postfix(operand);
    return filters ? filtered(operand) : operand;
  }

  /** A name, a literal or brackets. */
  Expression primary() {
    Token token = stream.current();
    return switch (token.type()) {
      case NAME -> {
        stream.next();
        yield switch (token.text()) {
          case "true", "True" -> new Expression.Literal(Bool.TRUE);
          case "false", "False" -> new Expression.Literal(Bool.FALSE);
          case "none", "None" -> new Expression.Literal(None.NONE);
          default -> new Expression.Name(token.text());
        };
      }
      case STRING -> {
        StringBuilder text = new StringBuilder();
        while (stream.is(Type.STRING)) {
          text.append(stream.next().text());
        }
        yield new Expression.Literal(new Str(text.toString()));
      }
      case INTEGER -> {
        stream.next();
        yield new Expression.Literal(new Int(integer(token)));
      }
      case FLOAT -> {
        stream.next();
        yield new Expression.Literal(new Real(Double.parseDouble(token.text())));
      }
      case LEFT_PARENTHESIS -> {
        stream.next();
        Expression inner = tuple(true, true, "");
        stream.expect(Type.RIGHT_PARENTHESIS);
        yield inner;
      }
      case LEFT_BRACKET -> list();
      case LEFT_BRACE -> dict();
      default -> throw stream.fail("unexpected '%s'", token.title());
    };
  }

  private static BigInteger integer(Token token) {
    BigInteger number = Numbers.parse(token.text().replaceFirst("^0+(?=0)", ""), 0);
    if (number == null) {
      throw TemplateException.syntax(token.line(), "%s is no integer", token.text());
    }
    return number;
  }

  /**
   * One expression, or several with commas: a tuple.
   *
   * @param conditionals whether {@code if} belongs to the expressions
   * @param parenthesised whether nothing is a tuple too
   * @param end a name that ends it
   */
  Expression tuple(boolean conditionals, boolean parenthesised, String end) {
    stream.enter();
    List<Expression> items = new ArrayList<>();
    boolean commas = false;
    while (!isTupleEnd(end)) {
      items.add(conditionals ? expression() : or());
      if (!stream.skipIf(Type.COMMA)) {
        break;
      }
      commas = true;
    }
    stream.leave();
    if (!commas && items.size() == 1) {
      return items.get(0);
    }
    if (!commas && !parenthesised) {
      throw stream.fail("Expected an expression, got '%s'", stream.current().title());
    }
    return new Expression.TupleOf(items);
  }

  boolean isTupleEnd(String end) {
    return stream.is(Type.VARIABLE_END)
        || stream.is(Type.BLOCK_END)
        || stream.is(Type.RIGHT_PARENTHESIS)
        || stream.is(end);
  }

  private Expression list() {
    stream.expect(Type.LEFT_BRACKET);
    List<Expression> items = new ArrayList<>();
    while (!stream.is(Type.RIGHT_BRACKET)) {
      if (!items.isEmpty()) {
        stream.expect(Type.COMMA);
      }
      if (stream.is(Type.RIGHT_BRACKET)) {
        break;
      }
      items.add(expression());
    }
    stream.expect(Type.RIGHT_BRACKET);
    return new Expression.ListOf(items);
  }

  private Expression dict() {
    stream.expect(Type.LEFT_BRACE);
    List<Expression> items = new ArrayList<>();
    while (!stream.is(Type.RIGHT_BRACE)) {
      if (!items.isEmpty()) {
        stream.expect(Type.COMMA);
      }
      if (stream.is(Type.RIGHT_BRACE)) {
        break;
      }
      items.add(expression());
      stream.expect(Type.COLON);
      items.add(expression());
    }
    stream.expect(Type.RIGHT_BRACE);
    return new Expression.DictOf(items);
  }

  private Expression postfix(Expression operand) {
    Expression found = operand;
    while (true) {
      switch (stream.current().type()) {
        case DOT -> found = dotted(found);
        case LEFT_BRACKET -> found = indexed(found);
        case LEFT_PARENTHESIS -> found = new Expression.Call(found, arguments());
        default -> {
          return found;
        }
      }
    }
  }

  private Expression filtered(Expression operand) {
    Expression found = operand;
    while (true) {
      if (stream.is(Type.PIPE)) {
        found = filter(found);
      } else if (stream.is("is")) {
        found = check(found);
      } else if (stream.is(Type.LEFT_PARENTHESIS)) {
        found = new Expression.Call(found, arguments());
      } else {
        return found;
      }
    }
  }

  private Expression dotted(Expression owner) {
    Token dot = stream.next();
    Token name = stream.next();
    return switch (name.type()) {
      case NAME -> new Expression.Attribute(owner, name.text());
      case INTEGER ->
          new Expression.Item(owner, new Expression.Literal(new Int(integer(name))), dot.line());
      default -> throw TemplateException.syntax(name.line(), "expected name or number");
    };
  }

  private Expression indexed(Expression owner) {
    int line = stream.expect(Type.LEFT_BRACKET).line();
    List<Expression> keys = new ArrayList<>();
    while (!stream.is(Type.RIGHT_BRACKET)) {
      if (!keys.isEmpty()) {
        stream.expect(Type.COMMA);
      }
      keys.add(key());
    }
    stream.expect(Type.RIGHT_BRACKET);
    return new Expression.Item(
        owner, keys.size() == 1 ? keys.get(0) : new Expression.TupleOf(keys), line);
  }

  private Expression key() {
    Expression start = null;
    if (!stream.is(Type.COLON)) {
      start = expression();
      if (!stream.is(Type.COLON)) {
        return start;
      }
    }
    stream.next();
    @Nullable Expression stop = bound();
    return new Expression.Slice(start, stop, stream.skipIf(Type.COLON) ? bound() : null);
  }

  private @Nullable Expression bound() {
    return stream.is(Type.COLON) || stream.is(Type.RIGHT_BRACKET) || stream.is(Type.COMMA)
        ? null
        : expression();
  }

  private CallArguments arguments() {
    return new ArgumentsParser(stream, this).arguments();
  }

  private String dottedName() {
    StringBuilder name = new StringBuilder(stream.expect(Type.NAME).text());
    while (stream.skipIf(Type.DOT)) {
      name.append('.').append(stream.expect(Type.NAME).text());
    }
    return name.toString();
  }

  /** {@code |name(arguments)}; within blocks the first has no bar. */
  private Expression.Filter filter(@Nullable Expression operand) {
    if (operand != null || stream.is(Type.PIPE)) {
      stream.expect(Type.PIPE);
    }
    int line = stream.current().line();
    String name = dottedName();
    return new Expression.Filter(
        operand, name, stream.is(Type.LEFT_PARENTHESIS) ? arguments() : CallArguments.NONE, line);
  }

  /** The filters of a block, each applied to what the one before gives; null for none. */
  Expression.@Nullable Filter filters(boolean required) {
    Expression.Filter found = required || stream.is(Type.PIPE) ? filter(null) : null;
    while (stream.is(Type.PIPE)) {
      found = filter(found);
    }
    return found;
  }

  private Expression check(Expression operand) {
    int line = stream.expect("is").line();
    boolean negated = stream.skipIf("not");
    String name = dottedName();
    CallArguments arguments = CallArguments.NONE;
    if (stream.is(Type.LEFT_PARENTHESIS)) {
      arguments = arguments();
    } else {
      switch (stream.current().type()) {
        case NAME, STRING, INTEGER, FLOAT, LEFT_BRACKET, LEFT_BRACE -> {
          if (stream.is("is")) {
            throw stream.fail("You cannot chain multiple tests with is");
          }
          if (!stream.current().isAny("else", "or", "and")) {
            Expression argument = postfix(primary());
            arguments = new CallArguments(List.of(argument), List.of(), null, null);
          }
        }
        default -> {}
      }
    }
    Expression found = new Expression.Check(operand, name, arguments, line);
    return negated ? new Expression.Not(found) : found;
  }
}
