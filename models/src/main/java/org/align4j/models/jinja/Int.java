package org.align4j.models.jinja;

import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/** Python's {@code int}: any size. */
final class Int implements Value {

  static final Int ZERO = new Int(BigInteger.ZERO);

  private final BigInteger number;

  Int(BigInteger number) {
    this.number = number;
  }

  static Int of(long value) {
    return new Int(BigInteger.valueOf(value));
  }

  BigInteger number() {
    return number;
  }

  @Override
  public String type() {
    return "int";
  }

  @Override
  public String repr() {
    return Numbers.text(number);
  }

  @Override
  public boolean truth() {
    return number.signum() != 0;
  }

  @Override
  public Object key() {
    return number;
  }
}
