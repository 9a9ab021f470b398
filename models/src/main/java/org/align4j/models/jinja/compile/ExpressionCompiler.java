package org.align4j.models.jinja.compile;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.align4j.models.jinja.call.Arguments;
import org.align4j.models.jinja.call.Callable;
import org.align4j.models.jinja.call.Rendering;
import org.align4j.models.jinja.character.Quotes;
import org.align4j.models.jinja.error.Limits;
import org.align4j.models.jinja.error.TemplateException;
import org.align4j.models.jinja.error.TemplateException.Kind;
import org.align4j.models.jinja.filter.Checks;
import org.align4j.models.jinja.filter.Filters;
import org.align4j.models.jinja.operation.Arithmetic;
import org.align4j.models.jinja.operation.Html;
import org.align4j.models.jinja.operation.Iterables;
import org.align4j.models.jinja.operation.Lookup;
import org.align4j.models.jinja.operation.Slices;
import org.align4j.models.jinja.operation.ValueComparison;
import org.align4j.models.jinja.parse.Expression;
import org.align4j.models.jinja.run.Code.Computation;
import org.align4j.models.jinja.run.FunctionScope.Place;
import org.align4j.models.jinja.run.Locals;
import org.align4j.models.jinja.value.Bool;
import org.align4j.models.jinja.value.Dict;
import org.align4j.models.jinja.value.ListValue;
import org.align4j.models.jinja.value.None;
import org.align4j.models.jinja.value.Str;
import org.align4j.models.jinja.value.TupleValue;
import org.align4j.models.jinja.value.Undefined;
import org.align4j.models.jinja.value.Value;
import org.jspecify.annotations.Nullable;

/** Expressions to code, names bound to their places. */
final class ExpressionCompiler {

  private final Frame frame;
  private final @Nullable Computation written;
  private int depth;

  ExpressionCompiler(Frame frame) {
    this(frame, null);
  }

  /** A compiler whose filters may lack an operand: it is what was written. */
  ExpressionCompiler(Frame frame, @Nullable Computation written) {
    this.frame = frame;
    this.written = written;
  }

  Computation compile(Expression expression) {
    if (++depth > Limits.CHAIN) {
      throw TemplateException.of(
          Kind.SYNTAX, "an expression has more than %s operators in a row", Limits.CHAIN);
    }
    Computation code = code(expression);
    depth--;
    return code;
  }

  private Computation code(Expression expression) {
    return switch (expression) {
      case Expression.Data data -> {
        Str text = new Str(data.text());
        yield locals -> text;
      }
      case Expression.Literal literal -> {
        Value value = literal.value();
        yield locals -> value;
      }
      case Expression.Name name -> name(name.name());
      case Expression.TupleOf tuple -> {
        List<Computation> items = all(tuple.items());
        yield locals -> new TupleValue(values(items, locals));
      }
      case Expression.ListOf list -> {
        List<Computation> items = all(list.items());
        yield locals -> new ListValue(values(items, locals));
      }
      case Expression.DictOf dict -> dict(all(dict.keysAndValues()));
      case Expression.Sign sign -> {
        Computation operand = compile(sign.operand());
        yield sign.minus()
            ? locals -> Arithmetic.negate(operand.evaluate(locals))
            : locals -> Arithmetic.plus(operand.evaluate(locals));
      }
      case Expression.Binary binary -> binary(binary);
      case Expression.Logical logical -> logical(logical);
      case Expression.Not not -> {
        Computation operand = compile(not.operand());
        yield locals -> Bool.of(!operand.evaluate(locals).truth());
      }
      case Expression.Compare compare -> compare(compare);
      case Expression.Concat concat -> concat(all(concat.parts()));
      case Expression.Conditional conditional -> conditional(conditional);
      case Expression.Filter filter -> filter(filter);
      case Expression.Check check -> check(check);
      case Expression.Call call -> call(call, null);
      case Expression.Attribute attribute -> {
        Computation owner = compile(attribute.owner());
        String name = attribute.name();
        yield locals -> Lookup.attribute(owner.evaluate(locals), name);
      }
      case Expression.Item item -> item(item);
      case Expression.Slice slice ->
          throw TemplateException.of(Kind.SYNTAX, "invalid syntax: a slice among other indices");
    };
  }

  private List<Computation> all(List<Expression> expressions) {
    return expressions.stream().map(this::compile).toList();
  }

  private static List<Value> values(List<Computation> items, Locals locals) {
    List<Value> values = new ArrayList<>(items.size());
    for (Computation item : items) {
      values.add(item.evaluate(locals));
    }
    return values;
  }

  private Computation name(String name) {
    Place place = frame.place(name);
    int hops = place.hops();
    int index = place.index();
    return locals -> {
      Value value = locals.get(hops, index);
      return value == null ? Undefined.name(name) : value;
    };
  }

  private static Computation dict(List<Computation> items) {
    return locals -> {
      Dict dict = new Dict();
      for (int i = 0; i < items.size(); i += 2) {
        dict.put(items.get(i).evaluate(locals), items.get(i + 1).evaluate(locals));
      }
      return dict;
    };
  }

  @FunctionalInterface
  private interface Operator {
    Value apply(Value left, Value right);
  }

  private Computation binary(Expression.Binary binary) {
    Computation left = compile(binary.left());
    Computation right = compile(binary.right());
    Operator operator =
        switch (binary.operator()) {
          case ADD -> Arithmetic::add;
          case SUBTRACT -> Arithmetic::subtract;
          case MULTIPLY -> Arithmetic::multiply;
          case DIVIDE -> Arithmetic::divide;
          case FLOOR_DIVIDE -> Arithmetic::floorDivide;
          case MODULO -> Arithmetic::modulo;
          case POWER -> Arithmetic::power;
          default -> throw new AssertionError(binary.operator());
        };
    return locals -> {
      Value first = left.evaluate(locals);
      return locals.rendering().made(operator.apply(first, right.evaluate(locals)));
    };
  }

  private Computation logical(Expression.Logical logical) {
    // what follows a constant that decides is not even looked at, unknown filters and all
    if (logical.left() instanceof Expression.Literal literal
        && literal.value().truth() != logical.and()) {
      return compile(logical.left());
    }
    Computation left = compile(logical.left());
    Computation right = compile(logical.right());
    boolean and = logical.and();
    return locals -> {
      Value first = left.evaluate(locals);
      return first.truth() == and ? right.evaluate(locals) : first;
    };
  }

  private Computation compare(Expression.Compare compare) {
    Computation first = compile(compare.first());
    List<String> operators = compare.operands().stream().map(Expression.Operand::operator).toList();
    List<Computation> others =
        compare.operands().stream().map(operand -> compile(operand.value())).toList();
    return locals -> {
      Value left = first.evaluate(locals);
      for (int i = 0; i < others.size(); i++) {
        Value right = others.get(i).evaluate(locals);
        if (!compare(operators.get(i), left, right)) {
          return Bool.FALSE;
        }
        left = right;
      }
      return Bool.TRUE;
    };
  }

  private static boolean compare(String operator, Value left, Value right) {
    return switch (operator) {
      case "==" -> ValueComparison.equal(left, right);
      case "!=" -> !ValueComparison.equal(left, right);
      case "in" -> ValueComparison.contains(right, left);
      case "not in" -> !ValueComparison.contains(right, left);
      default -> ValueComparison.ordered(operator, left, right);
    };
  }

  private Computation concat(List<Computation> parts) {
    return locals -> {
      Rendering rendering = locals.rendering();
      List<Value> values = values(parts, locals);
      boolean escapes =
          frame.escaping() == Frame.Escaping.ON
              && values.stream().anyMatch(value -> value instanceof Str text && text.safe());
      StringBuilder out = new StringBuilder();
      for (Value value : values) {
        out.append(escapes ? Html.escape(value).value() : value.text());
        Limits.length(out.length());
      }
      return rendering.made(new Str(out.toString(), escapes));
    };
  }

  private Computation conditional(Expression.Conditional conditional) {
    ExpressionCompiler soft = new ExpressionCompiler(frame.asSoft(), written);
    soft.depth = depth;
    Computation test = soft.compile(conditional.test());
    Computation then = soft.compile(conditional.then());
    Expression otherwise = conditional.otherwise();
    Value undefined =
        Undefined.hint(
            "the inline if-expression on line %s evaluated to false and no else section was defined."
                .formatted(conditional.line()));
    Computation or = otherwise == null ? locals -> undefined : soft.compile(otherwise);
    return locals -> (test.evaluate(locals).truth() ? then : or).evaluate(locals);
  }

  private Computation filter(Expression.Filter filter) {
    String name = filter.name();
    if (!Filters.ALL.containsKey(name) && !frame.soft()) {
      throw unknown("filter", name).at(filter.line());
    }
    Expression operand = filter.operand();
    Computation value = operand == null ? written() : compile(operand);
    ArgumentsCode arguments = arguments(filter.arguments());
    return locals -> {
      Value given = value.evaluate(locals);
      return Filters.apply(locals.rendering(), name, given, arguments.evaluate(locals));
    };
  }

  private Computation written() {
    if (written == null) {
      throw new AssertionError("a filter without an operand outside of a block");
    }
    return written;
  }

  private static TemplateException unknown(String kind, String name) {
    return TemplateException.of(Kind.ASSERTION, "No %s named %s.", kind, Quotes.of(name));
  }

  private Computation check(Expression.Check check) {
    String name = check.name();
    if (!Checks.ALL.containsKey(name) && !frame.soft()) {
      throw unknown("test", name).at(check.line());
    }
    Computation value = compile(check.operand());
    ArgumentsCode arguments = arguments(check.arguments());
    return locals -> {
      Value given = value.evaluate(locals);
      return Bool.of(Checks.holds(locals.rendering(), name, given, arguments.evaluate(locals)));
    };
  }

  /** A call; {@code caller}, where there is one, is passed by that name. */
  Computation call(Expression.Call call, @Nullable Computation caller) {
    Computation function = compile(call.function());
    ArgumentsCode arguments = arguments(call.arguments());
    if (caller != null
        && call.arguments().named().stream().anyMatch(k -> k.name().equals("caller"))) {
      throw TemplateException.of(Kind.SYNTAX, "keyword argument repeated: caller");
    }
    return locals -> {
      Rendering rendering = locals.rendering();
      rendering.step();
      Value callee = function.evaluate(locals);
      Arguments given = arguments.evaluate(locals);
      if (caller != null) {
        Map<String, Value> named = new LinkedHashMap<>(given.named());
        named.put("caller", caller.evaluate(locals));
        given = new Arguments(given.positional(), named);
      }
      return rendering.made(Callable.call(callee, rendering, given));
    };
  }

  private Computation item(Expression.Item item) {
    Computation owner = compile(item.owner());
    if (item.key() instanceof Expression.Slice slice) {
      Computation start = bound(slice.start());
      Computation stop = bound(slice.stop());
      Computation step = bound(slice.step());
      return locals -> {
        Value value = owner.evaluate(locals);
        Value from = start.evaluate(locals);
        Value to = stop.evaluate(locals);
        return locals.rendering().made(Slices.slice(value, from, to, step.evaluate(locals)));
      };
    }
    Computation key = compile(item.key());
    return locals -> {
      Value value = owner.evaluate(locals);
      return Lookup.item(value, key.evaluate(locals));
    };
  }

  private Computation bound(@Nullable Expression bound) {
    return bound == null ? locals -> None.NONE : compile(bound);
  }

  @FunctionalInterface
  private interface ArgumentsCode {
    Arguments evaluate(Locals locals);
  }

  private ArgumentsCode arguments(Expression.CallArguments given) {
    if (given == Expression.CallArguments.NONE) {
      return locals -> Arguments.NONE;
    }
    List<Computation> positional = all(given.positional());
    Map<String, Computation> named = new LinkedHashMap<>();
    for (Expression.Keyword keyword : given.named()) {
      if (named.put(keyword.name(), compile(keyword.value())) != null) {
        throw TemplateException.of(Kind.SYNTAX, "keyword argument repeated: %s", keyword.name());
      }
    }
    Expression moreGiven = given.more();
    Expression moreNamedGiven = given.moreNamed();
    Computation more = moreGiven == null ? null : compile(moreGiven);
    Computation moreNamed = moreNamedGiven == null ? null : compile(moreNamedGiven);
    return locals -> {
      List<Value> values = values(positional, locals);
      if (more != null) {
        values.addAll(Iterables.list(more.evaluate(locals)));
      }
      Map<String, Value> names = new LinkedHashMap<>();
      named.forEach((name, value) -> names.put(name, value.evaluate(locals)));
      if (moreNamed != null) {
        spread(moreNamed.evaluate(locals), names);
      }
      return new Arguments(values, names);
    };
  }

  private static void spread(Value given, Map<String, Value> names) {
    if (given instanceof Undefined undefined) {
      throw undefined.failure();
    }
    if (!(given instanceof Dict dict)) {
      throw TemplateException.type("argument after ** must be a mapping, not %s", given.type());
    }
    Set<String> before = new HashSet<>(names.keySet());
    for (Dict.Entry entry : dict.entries()) {
      if (!(entry.key() instanceof Str name)) {
        throw TemplateException.type("keywords must be strings");
      }
      if (before.contains(name.value())) {
        throw TemplateException.type("got multiple values for keyword argument '%s'", name.value());
      }
      names.put(name.value(), entry.value());
    }
  }
}
