package org.align4j.models.jinja.filter;

import com.google.common.collect.ImmutableMap;
import java.util.function.Predicate;
import org.align4j.models.jinja.call.Arguments;
import org.align4j.models.jinja.call.Rendering;
import org.align4j.models.jinja.character.Quotes;
import org.align4j.models.jinja.error.TemplateException;
import org.align4j.models.jinja.operation.Arithmetic;
import org.align4j.models.jinja.operation.StrChecks;
import org.align4j.models.jinja.operation.ValueComparison;
import org.align4j.models.jinja.value.Bool;
import org.align4j.models.jinja.value.Dict;
import org.align4j.models.jinja.value.Int;
import org.align4j.models.jinja.value.ListValue;
import org.align4j.models.jinja.value.None;
import org.align4j.models.jinja.value.Numbers;
import org.align4j.models.jinja.value.Range;
import org.align4j.models.jinja.value.Real;
import org.align4j.models.jinja.value.Str;
import org.align4j.models.jinja.value.TupleValue;
import org.align4j.models.jinja.value.Undefined;
import org.align4j.models.jinja.value.Value;

/** Jinja2's tests: what may follow {@code is}. */
public final class Checks {

  /** What a test asks of a value. */
  @FunctionalInterface
  interface Check {
    boolean holds(Rendering rendering, Value value, Arguments arguments);
  }

  public static final ImmutableMap<String, Check> ALL = all();

  private Checks() {}

  /** Asks a test by its name, as {@code select} does. */
  public static boolean holds(Rendering rendering, String name, Value value, Arguments arguments) {
    Check check = ALL.get(name);
    if (check == null) {
      throw TemplateException.of(
          TemplateException.Kind.RUNTIME, "No test named %s found.", Quotes.of(name));
    }
    rendering.step();
    return check.holds(rendering, value, arguments);
  }

  private static ImmutableMap<String, Check> all() {
    ImmutableMap.Builder<String, Check> all = ImmutableMap.builder();
    simple(all, "defined", value -> !(value instanceof Undefined));
    simple(all, "undefined", value -> value instanceof Undefined);
    simple(all, "none", value -> value == None.NONE);
    simple(all, "boolean", value -> value instanceof Bool);
    simple(all, "true", value -> value == Bool.TRUE);
    simple(all, "false", value -> value == Bool.FALSE);
    simple(all, "integer", value -> value instanceof Int);
    simple(all, "float", value -> value instanceof Real);
    simple(all, "number", Numbers::isNumber);
    simple(all, "string", value -> value instanceof Str);
    simple(all, "mapping", value -> value instanceof Dict);
    simple(all, "sequence", Checks::isSequence);
    simple(all, "iterable", Value::iterable);
    simple(all, "callable", Value::callable);
    simple(all, "escaped", value -> value instanceof Str text && text.safe());
    simple(all, "lower", value -> StrChecks.isLower(value.text()));
    simple(all, "upper", value -> StrChecks.isUpper(value.text()));
    simple(all, "odd", value -> remainder(value, Int.of(2), 1));
    simple(all, "even", value -> remainder(value, Int.of(2), 0));
    simple(all, "filter", value -> isKnown(value, Filters.ALL));
    simple(all, "test", value -> isKnown(value, Checks.ALL));
    binary(all, "divisibleby", (left, right) -> remainder(left, right, 0));
    binary(all, "sameas", ValueComparison::identical);
    binary(all, "in", (left, right) -> ValueComparison.contains(right, left));
    for (String name : new String[] {"==", "eq", "equalto"}) {
      binary(all, name, ValueComparison::equal);
    }
    for (String name : new String[] {"!=", "ne"}) {
      binary(all, name, (left, right) -> !ValueComparison.equal(left, right));
    }
    ordered(all, "<", "<", "lt", "lessthan");
    ordered(all, "<=", "<=", "le");
    ordered(all, ">", ">", "gt", "greaterthan");
    ordered(all, ">=", ">=", "ge");
    return all.buildOrThrow();
  }

  private static boolean isKnown(Value name, ImmutableMap<String, ?> all) {
    return all.containsKey(name.key());
  }

  private static void simple(
      ImmutableMap.Builder<String, Check> all, String name, Predicate<Value> predicate) {
    all.put(
        name,
        (rendering, value, arguments) -> {
          arguments.positional("test_" + name, 0, 0);
          return predicate.test(value);
        });
  }

  @FunctionalInterface
  private interface Relation {
    boolean holds(Value left, Value right);
  }

  private static void binary(
      ImmutableMap.Builder<String, Check> all, String name, Relation relation) {
    all.put(
        name,
        (rendering, value, arguments) ->
            relation.holds(value, arguments.bind("test_" + name, 1, parameter(name)).required(0)));
  }

  private static String parameter(String name) {
    return switch (name) {
      case "divisibleby" -> "num";
      case "sameas" -> "other";
      case "in" -> "seq";
      default -> "";
    };
  }

  private static void ordered(
      ImmutableMap.Builder<String, Check> all, String operator, String... names) {
    for (String name : names) {
      binary(all, name, (left, right) -> ValueComparison.ordered(operator, left, right));
    }
  }

  private static boolean remainder(Value value, Value divisor, int wanted) {
    return ValueComparison.equal(Arithmetic.modulo(value, divisor), Int.of(wanted));
  }

  /** What has a length and items, dictionaries included. */
  private static boolean isSequence(Value value) {
    return value instanceof Str
        || value instanceof ListValue
        || value instanceof TupleValue
        || value instanceof Dict
        || value instanceof Range
        || value instanceof Undefined;
  }
}
