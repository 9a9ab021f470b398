package org.align4j.models.jinja.value;

/** Python's {@code None}. */
public enum None implements Value {
  NONE;

  @Override
  public String type() {
    return "NoneType";
  }

  @Override
  public String repr() {
    return "None";
  }

  @Override
  public boolean truth() {
    return false;
  }
}
