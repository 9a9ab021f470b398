package org.align4j.models.jinja.value;

import com.google.common.collect.AbstractIterator;
import java.math.BigInteger;
import java.util.Iterator;
import java.util.List;
import org.align4j.models.jinja.error.Limits;
import org.align4j.models.jinja.error.TemplateException;
import org.align4j.models.jinja.error.TemplateException.Kind;
import org.jspecify.annotations.Nullable;

/** Python's {@code range}, of at most as many items as Jinja2's sandbox allows. */
public record Range(BigInteger start, BigInteger stop, BigInteger step, int length)
    implements Value {

  public static Range of(BigInteger start, BigInteger stop, BigInteger step) {
    if (step.signum() == 0) {
      throw TemplateException.value("range() arg 3 must not be zero");
    }
    BigInteger distance = step.signum() < 0 ? start.subtract(stop) : stop.subtract(start);
    BigInteger count =
        distance.signum() <= 0
            ? BigInteger.ZERO
            : distance.subtract(BigInteger.ONE).divide(step.abs()).add(BigInteger.ONE);
    if (count.compareTo(BigInteger.valueOf(Limits.RANGE)) > 0) {
      throw TemplateException.of(
          Kind.OVERFLOW,
          "Range too big. The sandbox blocks ranges larger than MAX_RANGE (%s).",
          Limits.RANGE);
    }
    return new Range(start, stop, step, count.intValue());
  }

  Value get(int index) {
    return new Int(start.add(step.multiply(BigInteger.valueOf(index))));
  }

  @Override
  public String type() {
    return "range";
  }

  @Override
  public String repr() {
    String ends = "range(" + start + ", " + stop;
    return step.equals(BigInteger.ONE) ? ends + ")" : ends + ", " + step + ")";
  }

  @Override
  public boolean truth() {
    return length > 0;
  }

  @Override
  public @Nullable Value attribute(String name) {
    return switch (name) {
      case "start" -> new Int(start);
      case "stop" -> new Int(stop);
      case "step" -> new Int(step);
      default -> null;
    };
  }

  @Override
  public @Nullable Value item(Value key) {
    int index = Numbers.place(key, length);
    return index < 0 ? null : get(index);
  }

  @Override
  public boolean iterable() {
    return true;
  }

  @Override
  public Iterator<Value> iterator() {
    return new AbstractIterator<>() {
      private int at;

      @Override
      protected @Nullable Value computeNext() {
        return at < length ? get(at++) : endOfData();
      }
    };
  }

  @Override
  public boolean sized() {
    return true;
  }

  @Override
  public Object key() {
    return length == 0
        ? List.of("range")
        : length == 1 ? List.of("range", start) : List.of("range", start, step, length);
  }
}
