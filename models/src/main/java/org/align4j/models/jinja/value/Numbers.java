package org.align4j.models.jinja.value;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.util.Locale;
import org.align4j.models.jinja.character.Unicode;
import org.align4j.models.jinja.error.Limits;
import org.align4j.models.jinja.error.TemplateException;
import org.align4j.models.jinja.error.TemplateException.Kind;
import org.jspecify.annotations.Nullable;

/** Numbers of Python: their texts, and what counts as one. */
public final class Numbers {

  private static final BigInteger LONG_TEXT = BigInteger.TEN.pow(Limits.DIGITS);

  private Numbers() {}

  /** The number of an integer or a truth value; null for others. */
  public static @Nullable BigInteger integer(@Nullable Value value) {
    return switch (value) {
      case Int number -> number.number();
      case Bool bool -> bool.number();
      case null, default -> null;
    };
  }

  /** An integer where nothing else will do. */
  public static BigInteger index(Value value) {
    BigInteger number = integer(value);
    if (number == null) {
      throw TemplateException.type("'%s' object cannot be interpreted as an integer", value.type());
    }
    return number;
  }

  /** The place of an index that may count from the end; -1 where there is none. */
  static int place(Value key, int length) {
    BigInteger number = integer(key);
    if (number == null || number.bitLength() > 31) {
      return -1;
    }
    long index = number.longValue() < 0 ? number.longValue() + length : number.longValue();
    return index >= 0 && index < length ? (int) index : -1;
  }

  /** An integer that is a width or a count: beyond Java's range, the range's end. */
  public static int size(Value value) {
    BigInteger number = index(value);
    return number.bitLength() <= 31
        ? number.intValue()
        : number.signum() < 0 ? Integer.MIN_VALUE : Integer.MAX_VALUE;
  }

  public static boolean isNumber(Value value) {
    return value instanceof Int || value instanceof Bool || value instanceof Real;
  }

  /** An integer as a float; too large ones are an error. */
  public static double real(BigInteger number) {
    double value = number.doubleValue();
    if (Double.isInfinite(value)) {
      throw TemplateException.of(Kind.OVERFLOW, "int too large to convert to float");
    }
    return value;
  }

  /** A number as a float. */
  public static double real(Value value) {
    return value instanceof Real real ? real.number() : real(index(value));
  }

  /** A float without its fraction. */
  public static BigInteger truncated(double number) {
    if (Double.isNaN(number)) {
      throw TemplateException.value("cannot convert float NaN to integer");
    }
    if (Double.isInfinite(number)) {
      throw TemplateException.of(Kind.OVERFLOW, "cannot convert float infinity to integer");
    }
    return new BigDecimal(number).toBigInteger();
  }

  /** Within what an integer may have. */
  public static Int bounded(BigInteger number) {
    if (number.bitLength() > Limits.BITS) {
      throw TemplateException.of(
          Kind.LIMIT, "an integer of %s bits is larger than allowed", number.bitLength());
    }
    return new Int(number);
  }

  public static String text(BigInteger number) {
    if (number.abs().compareTo(LONG_TEXT) >= 0) {
      throw TemplateException.value(
          "Exceeds the limit (%s digits) for integer string conversion", Limits.DIGITS);
    }
    return number.toString();
  }

  /** The shortest decimal that is read as the same number, in Python's form. */
  public static String text(double number) {
    if (Double.isNaN(number)) {
      return "nan";
    }
    if (Double.isInfinite(number)) {
      return number > 0 ? "inf" : "-inf";
    }
    if (number == 0) {
      return 1 / number < 0 ? "-0.0" : "0.0";
    }
    BigDecimal decimal = shortest(Math.abs(number));
    String digits = decimal.unscaledValue().toString();
    int exponent = digits.length() - decimal.scale() - 1;
    String sign = number < 0 ? "-" : "";
    if (exponent < -4 || exponent >= 16) {
      String fraction = digits.length() > 1 ? "." + digits.substring(1) : "";
      return String.format(
          Locale.ROOT,
          "%s%s%se%s%02d",
          sign,
          digits.charAt(0),
          fraction,
          exponent < 0 ? "-" : "+",
          Math.abs(exponent));
    }
    String plain = decimal.toPlainString();
    return sign + (plain.indexOf('.') < 0 ? plain + ".0" : plain);
  }

  /** Java gives two digits where one is enough. */
  private static BigDecimal shortest(double number) {
    BigDecimal decimal = new BigDecimal(Double.toString(number)).stripTrailingZeros();
    if (decimal.precision() == 2) {
      BigDecimal shorter = decimal.round(new MathContext(1));
      if (shorter.doubleValue() == number) {
        return shorter.stripTrailingZeros();
      }
    }
    return decimal;
  }

  /** Python's {@code int(text, base)}; null where the text is no integer. */
  public static @Nullable BigInteger parse(String text, int base) {
    if (base != 0 && (base < 2 || base > 36)) {
      throw TemplateException.value("int() base must be >= 2 and <= 36, or 0");
    }
    String body = ascii(text);
    boolean negative = body.startsWith("-");
    if (negative || body.startsWith("+")) {
      body = body.substring(1);
    }
    int radix = base;
    String prefix = body.length() > 2 ? body.substring(0, 2).toLowerCase(Locale.ROOT) : "";
    int named =
        switch (prefix) {
          case "0x" -> 16;
          case "0o" -> 8;
          case "0b" -> 2;
          default -> 0;
        };
    if (named != 0 && (base == 0 || base == named)) {
      body = body.substring(body.charAt(2) == '_' ? 3 : 2);
      radix = named;
    } else if (base == 0) {
      radix = 10;
      if (body.matches("0[0-9_]*[1-9][0-9_]*")) {
        return null;
      }
    }
    if (body.isEmpty() || body.startsWith("_") || body.endsWith("_") || body.contains("__")) {
      return null;
    }
    String digits = body.replace("_", "");
    for (int i = 0; i < digits.length(); i++) {
      if (digits.charAt(i) > 'z' || Character.digit(digits.charAt(i), radix) < 0) {
        return null;
      }
    }
    if (digits.length() > Limits.DIGITS && Integer.bitCount(radix) != 1) {
      throw TemplateException.value(
          "Exceeds the limit (%s digits) for integer string conversion: value has %s digits",
          Limits.DIGITS, digits.length());
    }
    BigInteger number = new BigInteger(digits, radix);
    return negative ? number.negate() : number;
  }

  /** Python's {@code float(text)}; null where the text is no number. */
  public static @Nullable Double parseReal(String text) {
    String body = ascii(text).toLowerCase(Locale.ROOT);
    if (body.matches("[+-]?(inf|infinity)")) {
      return body.startsWith("-") ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
    }
    if (body.matches("[+-]?nan")) {
      return Double.NaN;
    }
    String digits = "[0-9](_?[0-9])*";
    return body.matches(
            "[+-]?(" + digits + "\\.?(" + digits + ")?|\\." + digits + ")(e[+-]?" + digits + ")?")
        ? (Double) Double.parseDouble(body.replace("_", ""))
        : null;
  }

  /** Without blanks at its ends, decimal digits of all scripts as ASCII's. */
  private static String ascii(String text) {
    StringBuilder out = new StringBuilder();
    Unicode.strip(text, null, true, true)
        .codePoints()
        .forEach(point ->
            out.appendCodePoint(
                Unicode.isDecimal(point) ? '0' + Character.digit(point, 10) : point));
    return out.toString();
  }
}
