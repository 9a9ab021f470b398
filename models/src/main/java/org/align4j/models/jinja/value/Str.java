package org.align4j.models.jinja.value;

import com.google.common.collect.AbstractIterator;
import java.util.Iterator;
import org.align4j.models.jinja.character.Quotes;
import org.jspecify.annotations.Nullable;

/**
 * Python's {@code str}, counted in characters of Unicode; safe ones are markupsafe's {@code
 * Markup}, which escape what is joined to them.
 */
public final class Str implements Value {

  public static final Str EMPTY = new Str("");

  private final String value;
  private final boolean safe;
  private int length = -1;

  public Str(String value) {
    this(value, false);
  }

  public Str(String value, boolean safe) {
    this.value = value;
    this.safe = safe;
  }

  public String value() {
    return value;
  }

  /** Whether it is markup, which is not escaped again. */
  public boolean safe() {
    return safe;
  }

  /** Another text that is as safe as this one. */
  public Str like(String other) {
    return new Str(other, safe);
  }

  @Override
  public String type() {
    return safe ? "Markup" : "str";
  }

  @Override
  public String repr() {
    return safe ? "Markup(" + Quotes.of(value) + ")" : Quotes.of(value);
  }

  @Override
  public String text() {
    return value;
  }

  @Override
  public boolean truth() {
    return !value.isEmpty();
  }

  @Override
  public boolean sized() {
    return true;
  }

  @Override
  public int length() {
    if (length < 0) {
      length = value.codePointCount(0, value.length());
    }
    return length;
  }

  /** Index in Java's characters of an index in Unicode's. */
  public int offset(int index) {
    return length() == value.length() ? index : value.offsetByCodePoints(0, index);
  }

  /** Index in Unicode's characters of an index in Java's. */
  public int index(int offset) {
    return length() == value.length() ? offset : value.codePointCount(0, offset);
  }

  /** The characters from an index to another, both in Unicode's characters. */
  public String part(int from, int to) {
    return value.substring(offset(from), offset(to));
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
        if (at >= value.length()) {
          return endOfData();
        }
        int from = at;
        at += Character.charCount(value.codePointAt(at));
        return new Str(value.substring(from, at));
      }
    };
  }

  @Override
  public @Nullable Value item(Value key) {
    int index = Numbers.place(key, length());
    return index < 0 ? null : like(part(index, index + 1));
  }

  @Override
  public Object key() {
    return value;
  }
}
