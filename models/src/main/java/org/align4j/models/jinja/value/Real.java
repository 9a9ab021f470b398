package org.align4j.models.jinja.value;

import java.math.BigDecimal;

/** Python's {@code float}. */
public record Real(double number) implements Value {

  @Override
  public String type() {
    return "float";
  }

  @Override
  public String repr() {
    return Numbers.text(number);
  }

  @Override
  public boolean truth() {
    return number != 0;
  }

  /** Whole numbers are the keys that integers are. */
  @Override
  public Object key() {
    return Double.isFinite(number) && number == Math.rint(number)
        ? new BigDecimal(number).toBigInteger()
        : (Object) number;
  }
}
