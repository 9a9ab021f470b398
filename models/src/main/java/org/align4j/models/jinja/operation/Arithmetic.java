package org.align4j.models.jinja.operation;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import org.align4j.models.jinja.error.Limits;
import org.align4j.models.jinja.error.TemplateException;
import org.align4j.models.jinja.error.TemplateException.Kind;
import org.align4j.models.jinja.value.DictView;
import org.align4j.models.jinja.value.Int;
import org.align4j.models.jinja.value.ListValue;
import org.align4j.models.jinja.value.Numbers;
import org.align4j.models.jinja.value.Real;
import org.align4j.models.jinja.value.Str;
import org.align4j.models.jinja.value.TupleValue;
import org.align4j.models.jinja.value.Undefined;
import org.align4j.models.jinja.value.Value;
import org.jspecify.annotations.Nullable;

/** Python's arithmetic operators. */
public final class Arithmetic {

  private Arithmetic() {}

  public static Value add(Value left, Value right) {
    refuseUndefined(left, right);
    if (left instanceof Str a && right instanceof Str b) {
      Limits.length((long) a.value().length() + b.value().length());
      return a.safe() || b.safe()
          ? new Str(Html.escape(a).value() + Html.escape(b).value(), true)
          : new Str(a.value() + b.value());
    }
    if (left instanceof ListValue a && right instanceof ListValue b) {
      return new ListValue(joined(a.items(), b.items()));
    }
    if (left instanceof TupleValue a && right instanceof TupleValue b) {
      return new TupleValue(joined(a.items(), b.items()));
    }
    if (Numbers.isNumber(left) && Numbers.isNumber(right)) {
      BigInteger a = Numbers.integer(left);
      BigInteger b = Numbers.integer(right);
      return a != null && b != null
          ? Numbers.bounded(a.add(b))
          : new Real(Numbers.real(left) + Numbers.real(right));
    }
    if (left instanceof Str || left instanceof ListValue || left instanceof TupleValue) {
      throw TemplateException.type(
          "can only concatenate %s (not \"%s\") to %s", left.type(), right.type(), left.type());
    }
    throw unsupported("+", left, right);
  }

  private static List<Value> joined(List<Value> first, List<Value> second) {
    Limits.length((long) first.size() + second.size());
    List<Value> items = new ArrayList<>(first);
    items.addAll(second);
    return items;
  }

  public static Value subtract(Value left, Value right) {
    refuseUndefined(left, right);
    if (left instanceof DictView || right instanceof DictView) {
      throw TemplateException.of(
          Kind.UNSUPPORTED,
          "sets are not supported in templates: %s - %s",
          left.type(),
          right.type());
    }
    numbers("-", left, right);
    BigInteger a = Numbers.integer(left);
    BigInteger b = Numbers.integer(right);
    return a != null && b != null
        ? Numbers.bounded(a.subtract(b))
        : new Real(Numbers.real(left) - Numbers.real(right));
  }

  public static Value multiply(Value left, Value right) {
    refuseUndefined(left, right);
    BigInteger a = Numbers.integer(left);
    BigInteger b = Numbers.integer(right);
    if (isSequence(left) && b != null) {
      return repeat(left, b);
    }
    if (isSequence(right) && a != null) {
      return repeat(right, a);
    }
    if (isSequence(left) || isSequence(right)) {
      throw TemplateException.type(
          "can't multiply sequence by non-int of type '%s'",
          (isSequence(left) ? right : left).type());
    }
    numbers("*", left, right);
    return a != null && b != null
        ? Numbers.bounded(a.multiply(b))
        : new Real(Numbers.real(left) * Numbers.real(right));
  }

  private static boolean isSequence(Value value) {
    return value instanceof Str || value instanceof ListValue || value instanceof TupleValue;
  }

  private static Value repeat(Value sequence, BigInteger wanted) {
    if (wanted.bitLength() > 63) {
      throw TemplateException.of(Kind.OVERFLOW, "cannot fit 'int' into an index-sized integer");
    }
    long times = wanted.signum() <= 0 ? 0 : wanted.min(BigInteger.valueOf(1L << 40)).longValue();
    if (sequence instanceof Str text) {
      if (text.value().isEmpty()) {
        return text;
      }
      return text.like(text.value().repeat(count(text.value().length(), times)));
    }
    List<Value> items = Iterables.list(sequence);
    List<Value> repeated = new ArrayList<>();
    if (!items.isEmpty()) {
      for (int left = count(items.size(), times); left > 0; left--) {
        repeated.addAll(items);
      }
    }
    return sequence instanceof ListValue ? new ListValue(repeated) : new TupleValue(repeated);
  }

  private static int count(int length, long times) {
    Limits.length(times > Limits.LENGTH ? times : length * times);
    return (int) times;
  }

  /** {@code /}: always a float. */
  public static Value divide(Value left, Value right) {
    refuseUndefined(left, right);
    numbers("/", left, right);
    BigInteger a = Numbers.integer(left);
    BigInteger b = Numbers.integer(right);
    if (a == null || b == null) {
      double divisor = Numbers.real(right);
      double dividend = Numbers.real(left);
      if (divisor == 0) {
        throw zero("float division by zero");
      }
      return new Real(dividend / divisor);
    }
    if (b.signum() == 0) {
      throw zero("division by zero");
    }
    if (a.bitLength() <= 53 && b.bitLength() <= 53) {
      return new Real(a.doubleValue() / b.doubleValue());
    }
    // 60 digits and then 17: rounded once for all that a double tells apart
    double quotient =
        new BigDecimal(a).divide(new BigDecimal(b), new MathContext(60)).doubleValue();
    if (Double.isInfinite(quotient)) {
      throw TemplateException.of(Kind.OVERFLOW, "integer division result too large for a float");
    }
    return new Real(quotient);
  }

  /** {@code //}: rounds down. */
  public static Value floorDivide(Value left, Value right) {
    refuseUndefined(left, right);
    numbers("//", left, right);
    BigInteger a = Numbers.integer(left);
    BigInteger b = Numbers.integer(right);
    if (a != null && b != null) {
      return new Int(floor(a, b)[0]);
    }
    return new Real(floor(Numbers.real(left), Numbers.real(right))[0]);
  }

  /** {@code %}: the sign is the divisor's; texts are formatted. */
  public static Value modulo(Value left, Value right) {
    if (left instanceof Str format) {
      return PercentFormat.format(format, right);
    }
    refuseUndefined(left, right);
    numbers("%", left, right);
    BigInteger a = Numbers.integer(left);
    BigInteger b = Numbers.integer(right);
    if (a != null && b != null) {
      return new Int(floor(a, b)[1]);
    }
    return new Real(floor(Numbers.real(left), Numbers.real(right))[1]);
  }

  private static BigInteger[] floor(BigInteger dividend, BigInteger divisor) {
    if (divisor.signum() == 0) {
      throw zero("integer division or modulo by zero");
    }
    BigInteger[] parts = dividend.divideAndRemainder(divisor);
    if (parts[1].signum() != 0 && parts[1].signum() != divisor.signum()) {
      parts[0] = parts[0].subtract(BigInteger.ONE);
      parts[1] = parts[1].add(divisor);
    }
    return parts;
  }

  /** CPython's {@code float_divmod}. */
  private static double[] floor(double dividend, double divisor) {
    if (divisor == 0) {
      throw zero("float floor division by zero");
    }
    double remainder = dividend % divisor;
    double quotient = (dividend - remainder) / divisor;
    if (remainder != 0) {
      if (divisor < 0 != remainder < 0) {
        remainder += divisor;
        quotient -= 1;
      }
    } else {
      remainder = Math.copySign(0, divisor);
    }
    if (quotient != 0) {
      double down = Math.floor(quotient);
      quotient = quotient - down > 0.5 ? down + 1 : down;
    } else {
      quotient = Math.copySign(0, dividend / divisor);
    }
    return new double[] {quotient, remainder};
  }

  public static Value power(Value left, Value right) {
    refuseUndefined(left, right);
    numbers("** or pow()", left, right);
    BigInteger a = Numbers.integer(left);
    BigInteger b = Numbers.integer(right);
    if (a == null || b == null || b.signum() < 0) {
      return new Real(power(Numbers.real(left), Numbers.real(right)));
    }
    if (a.abs().bitLength() > 1
        && (b.bitLength() > 31 || (long) a.bitLength() * b.longValue() > 2L * Limits.BITS)) {
      throw TemplateException.of(Kind.LIMIT, "%s ** %s is larger than allowed", a, b);
    }
    // 0, 1 and -1 to any power
    BigInteger exponent = b.bitLength() > 31 ? b.and(BigInteger.ONE).add(BigInteger.TWO) : b;
    return new Int(a.pow(exponent.intValue()));
  }

  private static double power(double base, double exponent) {
    if (base == 0 && exponent < 0) {
      throw zero("0.0 cannot be raised to a negative power");
    }
    // Java says that is not a number
    if (Math.abs(base) == 1 && (Double.isNaN(exponent) || Double.isInfinite(exponent))) {
      return base == 1 || Double.isInfinite(exponent) ? 1 : Double.NaN;
    }
    if (base < 0
        && Double.isFinite(base)
        && Double.isFinite(exponent)
        && exponent != Math.rint(exponent)) {
      throw TemplateException.of(
          Kind.UNSUPPORTED,
          "%s ** %s is a complex number",
          Numbers.text(base),
          Numbers.text(exponent));
    }
    double result = base == 1 ? 1 : Math.pow(base, exponent);
    if (Double.isInfinite(result) && Double.isFinite(base) && Double.isFinite(exponent)) {
      throw TemplateException.of(Kind.OVERFLOW, "(34, 'Numerical result out of range')");
    }
    return result;
  }

  public static Value negate(Value value) {
    return switch (value) {
      case Undefined undefined -> throw undefined.failure();
      case Real real -> new Real(-real.number());
      default -> new Int(operand(value, '-').negate());
    };
  }

  public static Value plus(Value value) {
    return switch (value) {
      case Undefined undefined -> throw undefined.failure();
      case Real real -> real;
      default -> new Int(operand(value, '+'));
    };
  }

  private static BigInteger operand(Value value, char sign) {
    BigInteger number = Numbers.integer(value);
    if (number == null) {
      throw TemplateException.type("bad operand type for unary %s: '%s'", sign, value.type());
    }
    return number;
  }

  public static TemplateException zero(String reason) {
    return new TemplateException(Kind.ZERO_DIVISION, reason);
  }

  private static void numbers(String operator, Value left, Value right) {
    if (!Numbers.isNumber(left) || !Numbers.isNumber(right)) {
      throw unsupported(operator, left, right);
    }
  }

  private static TemplateException unsupported(String operator, Value left, Value right) {
    return TemplateException.type(
        "unsupported operand type(s) for %s: '%s' and '%s'", operator, left.type(), right.type());
  }

  private static void refuseUndefined(@Nullable Value left, Value right) {
    if (left instanceof Undefined undefined) {
      throw undefined.failure();
    }
    if (right instanceof Undefined undefined) {
      throw undefined.failure();
    }
  }
}
