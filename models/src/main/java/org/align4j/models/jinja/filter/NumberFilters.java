package org.align4j.models.jinja.filter;

import com.google.common.collect.ImmutableMap;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import org.align4j.models.jinja.call.Arguments;
import org.align4j.models.jinja.call.Bound;
import org.align4j.models.jinja.call.Rendering;
import org.align4j.models.jinja.error.Limits;
import org.align4j.models.jinja.error.TemplateException;
import org.align4j.models.jinja.error.TemplateException.Kind;
import org.align4j.models.jinja.operation.Arithmetic;
import org.align4j.models.jinja.operation.FormatSpec;
import org.align4j.models.jinja.value.Int;
import org.align4j.models.jinja.value.None;
import org.align4j.models.jinja.value.Numbers;
import org.align4j.models.jinja.value.Real;
import org.align4j.models.jinja.value.Str;
import org.align4j.models.jinja.value.Undefined;
import org.align4j.models.jinja.value.Value;

/** Filters of numbers. */
final class NumberFilters {

  static final ImmutableMap<String, Filters.Filter> ALL =
      ImmutableMap.of(
          "abs", NumberFilters::absolute,
          "int", NumberFilters::integer,
          "float", NumberFilters::real,
          "round", NumberFilters::round,
          "filesizeformat", NumberFilters::fileSize);

  private NumberFilters() {}

  private static Value absolute(Rendering rendering, Value value, Arguments given) {
    given.positional("abs", 0, 0);
    BigInteger number = Numbers.integer(value);
    if (number != null) {
      return new Int(number.abs());
    }
    if (value instanceof Real real) {
      return new Real(Math.abs(real.number()));
    }
    throw TemplateException.type("bad operand type for abs(): '%s'", value.type());
  }

  private static Value integer(Rendering rendering, Value value, Arguments given) {
    Bound bound = given.bind("int", 0, "default", "base");
    if (value instanceof Undefined undefined) {
      throw undefined.failure();
    }
    Value otherwise = bound.or(0, Int.ZERO);
    BigInteger number = Numbers.integer(value);
    if (number != null) {
      return new Int(number);
    }
    if (value instanceof Real real) {
      // Jinja2 catches that it is not a number, not that it is infinite
      return Double.isNaN(real.number()) ? otherwise : new Int(Numbers.truncated(real.number()));
    }
    if (!(value instanceof Str text)) {
      return otherwise;
    }
    try {
      number = Numbers.parse(text.value(), bound.integer(1, 10));
    } catch (TemplateException e) {
      number = null;
    }
    if (number != null) {
      return new Int(number);
    }
    Double parsed = Numbers.parseReal(text.value());
    return parsed == null || !Double.isFinite(parsed)
        ? otherwise
        : new Int(Numbers.truncated(parsed));
  }

  private static Value real(Rendering rendering, Value value, Arguments given) {
    Value otherwise = given.bind("float", 0, "default").or(0, new Real(0));
    return switch (value) {
      case Undefined undefined -> throw undefined.failure();
      case Str text -> {
        Double parsed = Numbers.parseReal(text.value());
        yield parsed == null ? otherwise : new Real(parsed);
      }
      case Value number when Numbers.isNumber(number) -> new Real(Numbers.real(number));
      default -> otherwise;
    };
  }

  private static Value round(Rendering rendering, Value value, Arguments given) {
    Bound bound = given.bind("round", 0, "precision", "method");
    String method = bound.or(1, new Str("common")).text();
    if (!method.equals("common") && !method.equals("ceil") && !method.equals("floor")) {
      throw TemplateException.of(Kind.FILTER_ARGUMENT, "method must be common, ceil or floor");
    }
    Value precision = bound.or(0, Int.ZERO);
    if (method.equals("common")) {
      return rounded(value, precision);
    }
    Value power = Arithmetic.power(Int.of(10), precision);
    Value scaled = Arithmetic.multiply(value, power);
    if (!Numbers.isNumber(scaled)) {
      throw TemplateException.type("must be real number, not %s", scaled.type());
    }
    BigInteger whole = Numbers.integer(scaled);
    if (whole == null) {
      double number = Numbers.real(scaled);
      whole = Numbers.truncated(method.equals("ceil") ? Math.ceil(number) : Math.floor(number));
    }
    return Arithmetic.divide(new Int(whole), power);
  }

  /** Python's {@code round}: halves go to the even neighbour. */
  private static Value rounded(Value value, Value precision) {
    boolean whole = precision == None.NONE;
    int digits = whole ? 0 : Numbers.size(precision);
    BigInteger integer = Numbers.integer(value);
    if (integer != null) {
      if (digits >= 0) {
        return new Int(integer);
      }
      if (digits < -Limits.DIGITS) {
        return Int.ZERO;
      }
      return new Int(
          new BigDecimal(integer).setScale(digits, RoundingMode.HALF_EVEN).toBigInteger());
    }
    if (!(value instanceof Real real)) {
      throw TemplateException.type("type %s doesn't define __round__ method", value.type());
    }
    double number = real.number();
    if (whole) {
      return new Int(Numbers.truncated(Double.isFinite(number) ? Math.rint(number) : number));
    }
    if (!Double.isFinite(number) || digits > 323) {
      return real;
    }
    if (digits < -308) {
      return new Real(Math.copySign(0, number));
    }
    double result = new BigDecimal(number).setScale(digits, RoundingMode.HALF_EVEN).doubleValue();
    if (Double.isInfinite(result)) {
      throw TemplateException.of(Kind.OVERFLOW, "rounded value too large to represent");
    }
    return new Real(Math.copySign(result, number));
  }

  private static Value fileSize(Rendering rendering, Value value, Arguments given) {
    boolean binary = given.bind("filesizeformat", 0, "binary").truth(0, false);
    double bytes;
    if (value instanceof Undefined undefined) {
      throw undefined.failure();
    }
    if (value instanceof Str text) {
      Double parsed = Numbers.parseReal(text.value());
      if (parsed == null) {
        throw TemplateException.value("could not convert string to float: %s", value.repr());
      }
      bytes = parsed;
    } else if (Numbers.isNumber(value)) {
      bytes = Numbers.real(value);
    } else {
      throw TemplateException.type(
          "float() argument must be a string or a real number, not '%s'", value.type());
    }
    double base = binary ? 1024 : 1000;
    if (bytes == 1) {
      return new Str("1 Byte");
    }
    if (bytes < base) {
      return new Str(Numbers.truncated(bytes) + " Bytes");
    }
    String prefixes = binary ? "KMGTPEZY" : "kMGTPEZY";
    int at = 0;
    double unit = base * base;
    while (at < prefixes.length() - 1 && !(bytes < unit)) {
      unit *= base;
      at++;
    }
    return new Str(
        FormatSpec.real(base * bytes / unit, "f", 1, false)
            + " "
            + prefixes.charAt(at)
            + (binary ? "iB" : "B"));
  }
}
