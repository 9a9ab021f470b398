package org.align4j.models.jinja.value;

import java.math.BigInteger;

/** Python's {@code int}: any size. */
public final class Int implements Value {

  public static final Int ZERO = new Int(BigInteger.ZERO);

  private final BigInteger number;

  public Int(BigInteger number) {
    this.number = number;
  }

  public static Int of(long value) {
    return new Int(BigInteger.valueOf(value));
  }

  public BigInteger number() {
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
