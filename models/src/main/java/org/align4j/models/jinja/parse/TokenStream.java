package org.align4j.models.jinja.parse;

import java.util.List;
import org.align4j.models.jinja.error.Limits;
import org.align4j.models.jinja.error.TemplateException;
import org.align4j.models.jinja.parse.Token.Type;

/** Words of a template, one after the other. */
final class TokenStream {

  private final List<Token> tokens;
  private int at;
  private int depth;

  TokenStream(List<Token> tokens) {
    this.tokens = tokens;
  }

  Token current() {
    return tokens.get(at);
  }

  /** The word after the current one. */
  Token look() {
    return tokens.get(Math.min(at + 1, tokens.size() - 1));
  }

  /** Goes on, and gives the word passed. */
  Token next() {
    Token token = current();
    at = Math.min(at + 1, tokens.size() - 1);
    return token;
  }

  boolean is(Type type) {
    return current().is(type);
  }

  boolean is(String name) {
    return current().is(name);
  }

  boolean skipIf(Type type) {
    boolean is = is(type);
    if (is) {
      next();
    }
    return is;
  }

  boolean skipIf(String name) {
    boolean is = is(name);
    if (is) {
      next();
    }
    return is;
  }

  Token expect(Type type) {
    if (!is(type)) {
      throw unexpected(type.title());
    }
    return next();
  }

  Token expect(String name) {
    if (!is(name)) {
      throw unexpected(name);
    }
    return next();
  }

  private TemplateException unexpected(String wanted) {
    return is(Type.END)
        ? fail("unexpected end of template, expected '%s'.", wanted)
        : fail("expected token '%s', got '%s'", wanted, current().title());
  }

  /** An error at the current word. */
  TemplateException fail(String format, Object... arguments) {
    return TemplateException.syntax(current().line(), format, arguments);
  }

  /** Goes one level deeper into brackets or blocks. */
  void enter() {
    if (++depth > Limits.NESTING) {
      throw fail("brackets or blocks are nested more than %s deep", Limits.NESTING);
    }
  }

  void leave() {
    depth--;
  }
}
