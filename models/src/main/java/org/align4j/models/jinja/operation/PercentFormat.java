package org.align4j.models.jinja.operation;

import java.math.BigInteger;
import java.util.List;
import java.util.Locale;
import org.align4j.models.jinja.character.Quotes;
import org.align4j.models.jinja.error.Limits;
import org.align4j.models.jinja.error.TemplateException;
import org.align4j.models.jinja.error.TemplateException.Kind;
import org.align4j.models.jinja.value.Dict;
import org.align4j.models.jinja.value.ListValue;
import org.align4j.models.jinja.value.Numbers;
import org.align4j.models.jinja.value.Range;
import org.align4j.models.jinja.value.Real;
import org.align4j.models.jinja.value.Str;
import org.align4j.models.jinja.value.TupleValue;
import org.align4j.models.jinja.value.Undefined;
import org.align4j.models.jinja.value.Value;
import org.jspecify.annotations.Nullable;

/** Python's {@code format % values}. */
public final class PercentFormat {

  private final String format;
  private final boolean safe;
  private final Value values;
  private final List<Value> items;
  private int next;
  private int at;

  private PercentFormat(Str format, Value values) {
    this.format = format.value();
    this.safe = format.safe();
    this.values = values;
    this.items = values instanceof TupleValue tuple ? tuple.items() : List.of(values);
  }

  public static Str format(Str format, Value values) {
    return format.like(new PercentFormat(format, values).text());
  }

  private String text() {
    StringBuilder out = new StringBuilder();
    boolean mapped = false;
    while (at < format.length()) {
      char letter = format.charAt(at++);
      if (letter != '%') {
        out.append(letter);
        continue;
      }
      mapped |= at < format.length() && format.charAt(at) == '(';
      out.append(field());
      Limits.length(out.length());
    }
    boolean mapping =
        values instanceof Dict
            || values instanceof ListValue
            || values instanceof Undefined
            || values instanceof Range;
    if (next < items.size() && !mapped && !mapping) {
      throw TemplateException.type("not all arguments converted during string formatting");
    }
    return out.toString();
  }

  private String field() {
    Value value = null;
    if (look() == '(') {
      int open = 1;
      int from = ++at;
      while (open > 0) {
        switch (take()) {
          case '(' -> open++;
          case ')' -> open--;
          default -> {}
        }
      }
      value = named(format.substring(from, at - 1));
    }
    StringBuilder flags = new StringBuilder();
    while ("-+ #0".indexOf(look()) >= 0) {
      flags.append(take());
    }
    int width = number();
    if (width < 0) {
      flags.append('-');
      width = -width;
    }
    int precision = -1;
    if (look() == '.') {
      at++;
      precision = Math.max(0, number());
    }
    while ("hlL".indexOf(look()) >= 0) {
      at++;
    }
    char type = take();
    if (type == '%') {
      return "%";
    }
    return field(value == null ? argument() : value, type, flags.toString(), width, precision);
  }

  private char look() {
    if (at >= format.length()) {
      throw TemplateException.value("incomplete format");
    }
    return format.charAt(at);
  }

  private char take() {
    char letter = look();
    at++;
    return letter;
  }

  private int number() {
    if (look() == '*') {
      at++;
      BigInteger given = Numbers.integer(argument());
      if (given == null) {
        throw TemplateException.type("* wants int");
      }
      return Limits.length(given.abs().min(BigInteger.valueOf(1L << 40)).longValue())
          * given.signum();
    }
    long number = 0;
    while (Character.isDigit(look())) {
      number = Math.min(1L << 40, number * 10 + take() - '0');
    }
    return Limits.length(number);
  }

  private Value argument() {
    if (next >= items.size()) {
      throw TemplateException.type("not enough arguments for format string");
    }
    return items.get(next++);
  }

  private Value named(String name) {
    if (values instanceof TupleValue || values instanceof Str || !(values instanceof Dict dict)) {
      throw TemplateException.type("format requires a mapping");
    }
    @Nullable Value value = dict.get(new Str(name));
    if (value == null) {
      throw TemplateException.of(Kind.KEY, "%s", Quotes.of(name));
    }
    next = items.size();
    return value;
  }

  private String field(Value value, char type, String flags, int width, int precision) {
    String sign = "";
    String body;
    boolean numeric = true;
    switch (type) {
      case 's', 'r', 'a' -> {
        String text = type == 's' ? value.text() : value.repr();
        String whole = type == 'a' ? ascii(text) : text;
        Str written = safe ? escaped(value, type, whole) : new Str(whole);
        body =
            precision >= 0 && precision < written.length()
                ? written.part(0, precision)
                : written.value();
        numeric = false;
      }
      case 'c' -> {
        body = character(value);
        numeric = false;
      }
      case 'd', 'i', 'u', 'o', 'x', 'X' -> {
        BigInteger number = whole(value, type);
        sign = number.signum() < 0 ? "-" : "";
        body = digits(number.abs(), type, precision);
        sign += flags.contains("#") && "oxX".indexOf(type) >= 0 ? "0" + type : "";
      }
      case 'e', 'E', 'f', 'F', 'g', 'G' -> {
        double number = real(value);
        sign = number < 0 || (number == 0 && 1 / number < 0) ? "-" : "";
        body =
            FormatSpec.real(
                Math.abs(number),
                String.valueOf(type),
                precision < 0 ? 6 : precision,
                flags.contains("#"));
      }
      default ->
          throw TemplateException.value(
              "unsupported format character '%s' (0x%s) at index %s",
              type, Integer.toHexString(type), at - 1);
    }
    if (numeric && !sign.startsWith("-")) {
      sign = (flags.contains("+") ? "+" : flags.contains(" ") ? " " : "") + sign;
    }
    String text = sign + body;
    int missing = Math.max(0, width - text.codePointCount(0, text.length()));
    if (flags.contains("-")) {
      return text + " ".repeat(missing);
    }
    if (numeric && flags.contains("0")) {
      return sign + "0".repeat(missing) + body;
    }
    return " ".repeat(missing) + text;
  }

  private static Str escaped(Value value, char type, String whole) {
    return value instanceof Str text && text.safe() && type == 's'
        ? text
        : Html.escape(new Str(whole));
  }

  private static String digits(BigInteger number, char type, int precision) {
    String digits =
        switch (type) {
          case 'o' -> number.toString(8);
          case 'x' -> number.toString(16);
          case 'X' -> number.toString(16).toUpperCase(Locale.ROOT);
          default -> Numbers.text(number);
        };
    return "0".repeat(Math.max(0, precision - digits.length())) + digits;
  }

  private static String character(Value value) {
    if (value instanceof Str text && text.length() == 1) {
      return text.value();
    }
    BigInteger number = Numbers.integer(value);
    if (number == null) {
      throw TemplateException.type("%%c requires int or char");
    }
    if (number.signum() < 0 || number.compareTo(BigInteger.valueOf(0x10FFFF)) > 0) {
      throw TemplateException.of(Kind.OVERFLOW, "%%c arg not in range(0x110000)");
    }
    return Character.toString(number.intValue());
  }

  private static BigInteger whole(Value value, char type) {
    BigInteger number = Numbers.integer(value);
    if (number != null) {
      return number;
    }
    if (value instanceof Undefined undefined) {
      throw undefined.failure();
    }
    if (value instanceof Real real && "diu".indexOf(type) >= 0) {
      return Numbers.truncated(real.number());
    }
    throw TemplateException.type(
        "%%%s format: a%s is required, not %s",
        type, "diu".indexOf(type) >= 0 ? " real number" : "n integer", value.type());
  }

  private static double real(Value value) {
    if (value instanceof Undefined undefined) {
      throw undefined.failure();
    }
    if (!Numbers.isNumber(value)) {
      throw TemplateException.type("must be real number, not %s", value.type());
    }
    return Numbers.real(value);
  }

  /** Python's {@code ascii}: all other characters as escapes. */
  static String ascii(String repr) {
    StringBuilder out = new StringBuilder();
    repr.codePoints()
        .forEach(point -> {
          if (point < 0x80) {
            out.appendCodePoint(point);
          } else {
            out.append(Quotes.escape(point));
          }
        });
    return out.toString();
  }
}
