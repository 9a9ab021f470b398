package org.align4j.models.jinja.error;

import java.io.Serial;
import java.util.Locale;

/** A template that cannot be read, or cannot be rendered with what it was given. */
public final class TemplateException extends IllegalArgumentException {

  @Serial private static final long serialVersionUID = 1L;

  /** The exceptions of Jinja2 and Python that templates meet. */
  public enum Kind {
    SYNTAX("TemplateSyntaxError"),
    ASSERTION("TemplateAssertionError"),
    RUNTIME("TemplateRuntimeError"),
    UNDEFINED("UndefinedError"),
    SECURITY("SecurityError"),
    FILTER_ARGUMENT("FilterArgumentError"),
    RAISED("TemplateError"),
    TYPE("TypeError"),
    VALUE("ValueError"),
    KEY("KeyError"),
    INDEX("IndexError"),
    ZERO_DIVISION("ZeroDivisionError"),
    OVERFLOW("OverflowError"),
    ASSERT("AssertionError"),
    RECURSION("RecursionError"),
    LIMIT("LimitError"),
    UNSUPPORTED("NotSupportedError");

    private final String title;

    Kind(String title) {
      this.title = title;
    }
  }

  private final Kind kind;
  private final String reason;
  private final int line;

  private TemplateException(Kind kind, String reason, int line, Throwable cause) {
    super(message(kind, reason, line), cause);
    this.kind = kind;
    this.reason = reason;
    this.line = line;
  }

  public TemplateException(Kind kind, String reason) {
    super(message(kind, reason, 0));
    this.kind = kind;
    this.reason = reason;
    this.line = 0;
  }

  private static String message(Kind kind, String reason, int line) {
    String where = line > 0 ? "line " + line + ": " : "";
    return kind == Kind.RAISED ? where + reason : where + kind.title + ": " + reason;
  }

  public static TemplateException of(Kind kind, String format, Object... arguments) {
    return new TemplateException(kind, String.format(Locale.ROOT, format, arguments));
  }

  public static TemplateException type(String format, Object... arguments) {
    return of(Kind.TYPE, format, arguments);
  }

  public static TemplateException value(String format, Object... arguments) {
    return of(Kind.VALUE, format, arguments);
  }

  public static TemplateException syntax(int line, String format, Object... arguments) {
    return of(Kind.SYNTAX, format, arguments).at(line);
  }

  Kind kind() {
    return kind;
  }

  /** The name of the error in Jinja2 or Python, such as {@code UndefinedError}. */
  public String title() {
    return kind.title;
  }

  /** What was wrong, without name and line. */
  public String reason() {
    return reason;
  }

  /** The template's line, from 1; 0 where none is known. */
  public int line() {
    return line;
  }

  /** The same with a line, if it has none yet. */
  public TemplateException at(int number) {
    return line > 0 ? this : new TemplateException(kind, reason, number, this);
  }

  /** The error of something that Python has and templates here do not. */
  public static TemplateException unsupported(String what) {
    return TemplateException.of(Kind.UNSUPPORTED, "%s is not supported in templates", what);
  }
}
