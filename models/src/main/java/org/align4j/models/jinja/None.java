package org.align4j.models.jinja;

/** Python's {@code None}. */
enum None implements Value {
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
