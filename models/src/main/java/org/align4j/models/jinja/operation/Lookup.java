package org.align4j.models.jinja.operation;

import com.google.common.collect.ImmutableSet;
import org.align4j.models.jinja.value.Bool;
import org.align4j.models.jinja.value.Dict;
import org.align4j.models.jinja.value.Int;
import org.align4j.models.jinja.value.ListValue;
import org.align4j.models.jinja.value.Range;
import org.align4j.models.jinja.value.Real;
import org.align4j.models.jinja.value.Str;
import org.align4j.models.jinja.value.TupleValue;
import org.align4j.models.jinja.value.Undefined;
import org.align4j.models.jinja.value.Value;
import org.jspecify.annotations.Nullable;

/** {@code x.name} and {@code x[key]} as Jinja2's sandbox has them: each falls back to the other. */
public final class Lookup {

  /** What every object of Python has and the sandbox keeps to itself. */
  private static final ImmutableSet<String> INTERNAL =
      ImmutableSet.of(
          "__add__",
          "__class__",
          "__contains__",
          "__delattr__",
          "__dir__",
          "__doc__",
          "__eq__",
          "__format__",
          "__ge__",
          "__getattribute__",
          "__getitem__",
          "__getstate__",
          "__gt__",
          "__hash__",
          "__init__",
          "__init_subclass__",
          "__iter__",
          "__le__",
          "__len__",
          "__lt__",
          "__mul__",
          "__ne__",
          "__new__",
          "__reduce__",
          "__reduce_ex__",
          "__repr__",
          "__setattr__",
          "__sizeof__",
          "__str__",
          "__subclasshook__");

  private Lookup() {}

  /** {@code owner.name}: the attribute, else the item. */
  public static Value attribute(Value owner, String name) {
    Value found = safe(owner, name);
    if (found == null) {
      found = owner.item(new Str(name));
    }
    return found == null ? Undefined.member(owner, new Str(name)) : found;
  }

  /** {@code owner[key]}: the item, else the attribute. */
  public static Value item(Value owner, Value key) {
    Value found = owner.item(key);
    if (found == null && key instanceof Str name) {
      found = safe(owner, name.value());
    }
    return found == null ? Undefined.member(owner, key) : found;
  }

  /** The attribute and nothing else. */
  public static Value attributeOnly(Value owner, String name) {
    Value found = safe(owner, name);
    return found == null ? Undefined.member(owner, new Str(name)) : found;
  }

  private static @Nullable Value safe(Value owner, String name) {
    if (owner instanceof Undefined undefined) {
      throw undefined.failure();
    }
    return INTERNAL.contains(name) ? Undefined.unsafe(owner, name) : attributeOf(owner, name);
  }

  /** An attribute of the value itself, else a method of its type. */
  private static @Nullable Value attributeOf(Value owner, String name) {
    Value own = owner.attribute(name);
    return own == null ? method(owner, name) : own;
  }

  private static @Nullable Value method(Value owner, String name) {
    return switch (owner) {
      case Str text -> StrMethods.find(text, name);
      case Int number -> NumberMethods.ofInteger(number.number(), name);
      case Bool bool -> NumberMethods.ofInteger(bool.number(), name);
      case Real real -> NumberMethods.ofReal(real.number(), name);
      case ListValue list -> ContainerMethods.ofList(list, name);
      case TupleValue tuple -> ContainerMethods.ofTuple(tuple, name);
      case Dict dict -> ContainerMethods.ofDict(dict, name);
      case Range range when name.equals("count") || name.equals("index") ->
          ContainerMethods.ofTuple(new TupleValue(Iterables.list(range)), name);
      default -> null;
    };
  }
}
