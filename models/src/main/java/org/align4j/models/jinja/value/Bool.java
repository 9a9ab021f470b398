package org.align4j.models.jinja.value;

import java.math.BigInteger;

/** Python's {@code True} and {@code False}, which are integers too. */
public enum Bool implements Value {
  FALSE,
  TRUE;

  public static Bool of(boolean value) {
    return value ? TRUE : FALSE;
  }

  public BigInteger number() {
    return this == TRUE ? BigInteger.ONE : BigInteger.ZERO;
  }

  @Override
  public String type() {
    return "bool";
  }

  @Override
  public String repr() {
    return this == TRUE ? "True" : "False";
  }

  @Override
  public boolean truth() {
    return this == TRUE;
  }

  @Override
  public Object key() {
    return number();
  }
}
