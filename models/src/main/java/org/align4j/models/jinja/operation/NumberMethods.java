package org.align4j.models.jinja.operation;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.function.Supplier;
import org.align4j.models.jinja.call.Function;
import org.align4j.models.jinja.error.TemplateException;
import org.align4j.models.jinja.value.Bool;
import org.align4j.models.jinja.value.Int;
import org.align4j.models.jinja.value.Numbers;
import org.align4j.models.jinja.value.Real;
import org.align4j.models.jinja.value.TupleValue;
import org.align4j.models.jinja.value.Value;
import org.jspecify.annotations.Nullable;

/** Attributes and methods of numbers. */
final class NumberMethods {

  private NumberMethods() {}

  static @Nullable Value ofInteger(BigInteger number, String name) {
    return switch (name) {
      case "real", "numerator" -> new Int(number);
      case "imag" -> Int.ZERO;
      case "denominator" -> Int.of(1);
      case "conjugate" -> method(name, () -> new Int(number));
      case "bit_length" -> method(name, () -> Int.of(number.abs().bitLength()));
      case "bit_count" -> method(name, () -> Int.of(number.abs().bitCount()));
      case "as_integer_ratio" -> method(name, () -> TupleValue.of(new Int(number), Int.of(1)));
      case "to_bytes", "from_bytes" -> method(name, () -> unsupported("int." + name));
      default -> null;
    };
  }

  static @Nullable Value ofReal(double number, String name) {
    return switch (name) {
      case "real" -> new Real(number);
      case "imag" -> new Real(0);
      case "conjugate" -> method(name, () -> new Real(number));
      case "is_integer" ->
          method(name, () -> Bool.of(Double.isFinite(number) && number == Math.rint(number)));
      case "as_integer_ratio" -> method(name, () -> ratio(number));
      case "hex", "fromhex" -> method(name, () -> unsupported("float." + name));
      default -> null;
    };
  }

  private static Value ratio(double number) {
    if (!Double.isFinite(number)) {
      throw TemplateException.value("cannot convert %s to integer ratio", Numbers.text(number));
    }
    BigDecimal exact = new BigDecimal(number);
    BigInteger over = BigInteger.TEN.pow(Math.max(0, exact.scale()));
    BigInteger whole = exact.multiply(new BigDecimal(over)).toBigIntegerExact();
    BigInteger common = whole.gcd(over);
    return TupleValue.of(new Int(whole.divide(common)), new Int(over.divide(common)));
  }

  private static Function method(String name, Supplier<Value> body) {
    return new Function(
        name,
        (rendering, arguments) -> {
          arguments.positional(name, 0, 0);
          return body.get();
        });
  }

  private static Value unsupported(String what) {
    throw TemplateException.of(
        TemplateException.Kind.UNSUPPORTED, "%s is not supported in templates", what);
  }
}
