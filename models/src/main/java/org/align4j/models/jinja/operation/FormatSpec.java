package org.align4j.models.jinja.operation;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.align4j.models.jinja.error.Limits;
import org.align4j.models.jinja.error.TemplateException;
import org.align4j.models.jinja.value.Numbers;
import org.align4j.models.jinja.value.Str;
import org.align4j.models.jinja.value.Value;
import org.jspecify.annotations.Nullable;

/**
 * Python's format specifications: {@code [[fill]align][sign][z][#][0][width][,][.precision][type]}.
 */
public final class FormatSpec {

  private static final Pattern SPEC =
      Pattern.compile(
          "(?:(?<fill>.)?(?<align>[<>=^]))?(?<sign>[-+ ])?(?<z>z)?(?<alt>#)?(?<zero>0)?(?<width>[0-9]+)?"
              + "(?<group>[,_])?(?:\\.(?<precision>[0-9]+))?(?<type>[a-zA-Z%])?",
          Pattern.DOTALL);

  private final @Nullable String fill;
  private final @Nullable String align;
  private final String sign;
  private final boolean alternate;
  private final boolean zero;
  private final int width;
  private final String group;
  private final int precision;
  private final String type;

  private FormatSpec(Matcher parts) {
    this.fill = parts.group("fill");
    this.align = parts.group("align");
    this.sign = or(parts.group("sign"), "");
    this.alternate = parts.group("alt") != null;
    this.zero = parts.group("zero") != null;
    this.width = number(parts.group("width"), 0);
    this.group = or(parts.group("group"), "");
    this.precision = number(parts.group("precision"), -1);
    this.type = or(parts.group("type"), "");
  }

  private static String or(@Nullable String text, String absent) {
    return text == null ? absent : text;
  }

  private static int number(@Nullable String digits, int absent) {
    if (digits == null) {
      return absent;
    }
    if (digits.length() > 9) {
      throw TemplateException.value("Too many decimal digits in format string");
    }
    return Limits.length(Integer.parseInt(digits));
  }

  /** Python's {@code format(value, spec)}. */
  static String format(Value value, String spec) {
    if (spec.isEmpty()) {
      return value.text();
    }
    if (!(value instanceof Str) && !Numbers.isNumber(value)) {
      throw TemplateException.type(
          "unsupported format string passed to %s.__format__", value.type());
    }
    Matcher parts = SPEC.matcher(spec);
    if (!parts.matches()) {
      throw TemplateException.value(
          "Invalid format specifier '%s' for object of type '%s'", spec, value.type());
    }
    FormatSpec parsed = new FormatSpec(parts);
    if (value instanceof Str text) {
      return parsed.text(text);
    }
    BigInteger whole = Numbers.integer(value);
    if (whole != null && (parsed.type.isEmpty() || "bcdoxXn".contains(parsed.type))) {
      return parsed.whole(whole);
    }
    return parsed.real(Numbers.real(value), value);
  }

  private TemplateException unknown(Value value) {
    return TemplateException.value(
        "Unknown format code '%s' for object of type '%s'", type, value.type());
  }

  private String text(Str text) {
    if (!type.isEmpty() && !type.equals("s")) {
      throw unknown(text);
    }
    if (!sign.isEmpty()) {
      throw TemplateException.value("Sign not allowed in string format specifier");
    }
    if (alternate) {
      throw TemplateException.value("Alternate form (#) not allowed in string format specifier");
    }
    if (!group.isEmpty()) {
      throw TemplateException.value("Cannot specify '%s' with 's'.", group);
    }
    if ("=".equals(align) || (zero && align == null && fill == null && "=".equals(align))) {
      throw TemplateException.value("'=' alignment not allowed in string format specifier");
    }
    String cut =
        precision >= 0 && precision < text.length() ? text.part(0, precision) : text.value();
    return padded("", cut, "<", zero && fill == null ? "0" : " ");
  }

  private String whole(BigInteger number) {
    if (precision >= 0) {
      throw TemplateException.value("Precision not allowed in integer format specifier");
    }
    if (type.equals("c")) {
      if (!sign.isEmpty() || number.signum() < 0 || number.bitLength() > 21) {
        throw TemplateException.value("%%c arg not in range(0x110000)");
      }
      return padded("", Character.toString(number.intValue()), ">", " ");
    }
    int radix =
        switch (type) {
          case "b" -> 2;
          case "o" -> 8;
          case "x", "X" -> 16;
          default -> 10;
        };
    if (group.equals(",") && radix != 10) {
      throw TemplateException.value("Cannot specify ',' with '%s'.", type);
    }
    String digits = radix == 10 ? Numbers.text(number.abs()) : number.abs().toString(radix);
    String prefix = alternate && radix != 10 ? "0" + type : "";
    String body = type.equals("X") ? digits.toUpperCase(java.util.Locale.ROOT) : digits;
    return number(number.signum() < 0, prefix, body, "", radix == 10 ? 3 : 4);
  }

  private String real(double number, Value value) {
    boolean negative = number < 0 || (number == 0 && 1 / number < 0);
    double size = Math.abs(number);
    String suffix = "";
    String body;
    switch (type) {
      case "e", "E", "f", "F", "g", "G", "n" ->
          body =
              real(size, type.equals("n") ? "g" : type, precision < 0 ? 6 : precision, alternate);
      case "%" -> {
        body = real(size * 100, "f", precision < 0 ? 6 : precision, alternate);
        suffix = "%";
      }
      case "" -> {
        if (precision < 0) {
          body = Numbers.text(size);
        } else {
          body = general(size, precision, true, alternate);
        }
      }
      default -> throw unknown(value);
    }
    if (!Character.isDigit(body.charAt(0))) {
      return number(negative, "", body, suffix, 0);
    }
    return number(negative, "", body, suffix, 3);
  }

  /** Digits of a number of at least 0 in the form e, f or g. */
  public static String real(double size, String form, int precision, boolean alternate) {
    boolean upper = Character.isUpperCase(form.charAt(0));
    if (!Double.isFinite(size)) {
      String name = Double.isNaN(size) ? "nan" : "inf";
      return upper ? name.toUpperCase(java.util.Locale.ROOT) : name;
    }
    String text =
        switch (form) {
          case "f", "F" -> {
            Limits.length(precision + 310L);
            String plain =
                new BigDecimal(size).setScale(precision, RoundingMode.HALF_EVEN).toPlainString();
            yield precision == 0 && alternate ? plain + "." : plain;
          }
          case "e", "E" -> exponential(size, precision, alternate);
          default -> general(size, precision, false, alternate);
        };
    return upper ? text.toUpperCase(java.util.Locale.ROOT) : text;
  }

  private static String exponential(double size, int precision, boolean alternate) {
    BigDecimal rounded =
        new BigDecimal(size).round(new MathContext(precision + 1, RoundingMode.HALF_EVEN));
    String digits = rounded.unscaledValue().toString();
    int exponent = size == 0 ? 0 : digits.length() - rounded.scale() - 1;
    if (size == 0) {
      digits = "0";
    }
    digits = digits + "0".repeat(Math.max(0, precision + 1 - digits.length()));
    String fraction = digits.substring(1, precision + 1);
    String point = precision > 0 || alternate ? "." : "";
    return String.format(
        Locale.ROOT,
        "%s%s%se%s%02d",
        digits.charAt(0),
        point,
        fraction,
        exponent < 0 ? "-" : "+",
        Math.abs(exponent));
  }

  /** The form g; the form without a type keeps one decimal and changes to exponents earlier. */
  private static String general(double size, int wanted, boolean untyped, boolean alternate) {
    if (!Double.isFinite(size)) {
      return Double.isNaN(size) ? "nan" : "inf";
    }
    int precision = Math.max(1, wanted);
    BigDecimal rounded =
        new BigDecimal(size).round(new MathContext(precision, RoundingMode.HALF_EVEN));
    int exponent = size == 0 ? 0 : rounded.precision() - rounded.scale() - 1;
    int largest = untyped ? precision - 1 : precision;
    if (exponent < -4 || (exponent >= largest && !(untyped && exponent < largest))) {
      String text = exponential(size, precision - 1, alternate);
      if (alternate) {
        return text;
      }
      int e = text.indexOf('e');
      return trimmed(text.substring(0, e)) + text.substring(e);
    }
    String plain =
        rounded
            .setScale(Math.max(0, precision - 1 - exponent), RoundingMode.HALF_EVEN)
            .toPlainString();
    if (alternate) {
      return plain.indexOf('.') < 0 ? plain + "." : plain;
    }
    String trimmed = trimmed(plain);
    return untyped && trimmed.indexOf('.') < 0 ? trimmed + ".0" : trimmed;
  }

  private static String trimmed(String digits) {
    return digits.indexOf('.') < 0 ? digits : digits.replaceAll("\\.?0+$", "");
  }

  /** Sign, prefix, digits in groups and the padding between or around them. */
  private String number(boolean negative, String prefix, String body, String suffix, int groups) {
    String front = (negative ? "-" : sign.equals("-") ? "" : sign) + prefix;
    boolean inside = align == null ? zero : align.equals("=");
    String filler = fill != null ? fill : zero ? "0" : " ";
    int point = body.indexOf('.');
    int exponent = body.indexOf('e');
    int end = point >= 0 ? point : exponent >= 0 ? exponent : body.length();
    String whole = body.substring(0, end);
    String rest = body.substring(end) + suffix;
    if (!group.isEmpty() && groups > 0) {
      int room = width - front.length() - rest.length();
      if (inside && filler.equals("0")) {
        while (grouped(whole, groups).length() < room) {
          whole = "0" + whole;
        }
      }
      whole = grouped(whole, groups);
    }
    if (inside) {
      int missing = width - front.length() - whole.length() - rest.length();
      return front + filler.repeat(Math.max(0, missing)) + whole + rest;
    }
    return padded(front, whole + rest, ">", filler);
  }

  private String grouped(String digits, int size) {
    StringBuilder out = new StringBuilder(digits);
    for (int at = digits.length() - size; at > 0; at -= size) {
      out.insert(at, group);
    }
    return out.toString();
  }

  private String padded(String front, String body, String usual, String filler) {
    String text = front + body;
    int missing = Math.max(0, width - text.codePointCount(0, text.length()));
    String pad = fill == null ? filler : fill;
    int left =
        switch (align == null ? usual : align) {
          case "<" -> 0;
          case "^" -> missing / 2;
          default -> missing;
        };
    return pad.repeat(left) + text + pad.repeat(missing - left);
  }
}
