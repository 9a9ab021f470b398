package org.align4j.models.jinja.parse;

import java.util.ArrayList;
import java.util.List;
import org.align4j.models.jinja.error.TemplateException;
import org.align4j.models.jinja.parse.Expression.CallArguments;
import org.align4j.models.jinja.parse.Token.Type;

/** Words to the arguments of a call. */
final class ArgumentsParser {

  private final TokenStream stream;
  private final ExpressionParser expressions;

  ArgumentsParser(TokenStream stream, ExpressionParser expressions) {
    this.stream = stream;
    this.expressions = expressions;
  }

  CallArguments arguments() {
    int line = stream.expect(Type.LEFT_PARENTHESIS).line();
    List<Expression> positional = new ArrayList<>();
    List<Expression.Keyword> named = new ArrayList<>();
    Expression more = null;
    Expression moreNamed = null;
    boolean comma = false;
    while (!stream.is(Type.RIGHT_PARENTHESIS)) {
      if (comma) {
        stream.expect(Type.COMMA);
        if (stream.is(Type.RIGHT_PARENTHESIS)) {
          break;
        }
      }
      boolean valid = moreNamed == null;
      if (stream.is(Type.MULTIPLY)) {
        valid &= more == null;
        stream.next();
        more = expressions.expression();
      } else if (stream.is(Type.POWER)) {
        stream.next();
        moreNamed = expressions.expression();
      } else if (stream.is(Type.NAME) && stream.look().is(Type.ASSIGN)) {
        String name = stream.next().text();
        stream.next();
        named.add(new Expression.Keyword(name, expressions.expression()));
      } else {
        valid &= more == null && named.isEmpty();
        positional.add(expressions.expression());
      }
      if (!valid) {
        throw TemplateException.syntax(line, "invalid syntax for function call expression");
      }
      comma = true;
    }
    stream.expect(Type.RIGHT_PARENTHESIS);
    return new CallArguments(positional, named, more, moreNamed);
  }
}
