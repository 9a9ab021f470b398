package org.align4j.models.jinja.filter;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import org.align4j.models.jinja.character.Unicode;
import org.align4j.models.jinja.operation.Lookup;
import org.align4j.models.jinja.operation.StrCases;
import org.align4j.models.jinja.operation.StrSplits;
import org.align4j.models.jinja.value.Int;
import org.align4j.models.jinja.value.None;
import org.align4j.models.jinja.value.Str;
import org.align4j.models.jinja.value.Undefined;
import org.align4j.models.jinja.value.Value;
import org.jspecify.annotations.Nullable;

/**
 * Looks up an attribute of an item, as the filters that take one do: dots lead on, digits are
 * indices, None is the item itself.
 */
final class Selector {

  private final List<Value> parts;
  private final boolean lower;
  private final @Nullable Value absent;

  /**
   * A selector.
   *
   * @param lower whether texts are compared without case
   * @param absent what stands for an attribute that is not there
   */
  Selector(@Nullable Value attribute, boolean lower, @Nullable Value absent) {
    this.parts = parts(attribute);
    this.lower = lower;
    this.absent = absent == None.NONE ? null : absent;
  }

  private static List<Value> parts(@Nullable Value attribute) {
    if (attribute == null || attribute == None.NONE) {
      return List.of();
    }
    if (!(attribute instanceof Str path)) {
      return List.of(attribute);
    }
    List<Value> parts = new ArrayList<>();
    for (String part : StrSplits.split(path.value(), ".", -1)) {
      boolean number = !part.isEmpty() && part.codePoints().allMatch(Unicode::isDigit);
      parts.add(number ? new Int(new BigInteger(part)) : new Str(part));
    }
    return parts;
  }

  Value of(Value item) {
    Value found = item;
    for (Value part : parts) {
      found = Lookup.item(found, part);
      if (absent != null && found instanceof Undefined) {
        found = absent;
      }
    }
    return lower && found instanceof Str text ? text.like(StrCases.lower(text.value())) : found;
  }
}
