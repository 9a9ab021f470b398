package org.align4j.models.jinja.run;

import com.google.common.collect.ImmutableMap;
import java.math.BigInteger;
import java.util.List;
import org.align4j.models.jinja.call.Arguments;
import org.align4j.models.jinja.call.Bound;
import org.align4j.models.jinja.call.Callable;
import org.align4j.models.jinja.call.Function;
import org.align4j.models.jinja.call.Rendering;
import org.align4j.models.jinja.error.TemplateException;
import org.align4j.models.jinja.error.TemplateException.Kind;
import org.align4j.models.jinja.operation.ContainerMethods;
import org.align4j.models.jinja.value.Bool;
import org.align4j.models.jinja.value.Int;
import org.align4j.models.jinja.value.None;
import org.align4j.models.jinja.value.Range;
import org.align4j.models.jinja.value.Str;
import org.align4j.models.jinja.value.TupleValue;
import org.align4j.models.jinja.value.Value;
import org.jspecify.annotations.Nullable;

/** The functions that templates find: Jinja2's, and those that transformers lends. */
public final class Globals {

  public static final ImmutableMap<String, Value> ALL =
      ImmutableMap.<String, Value>builder()
          .put("range", new Function("range", (rendering, given) -> range(given)))
          .put("dict", new DictFunction())
          .put(
              "namespace",
              new Function(
                  "namespace", (rendering, given) -> new Namespace(ContainerMethods.dict(given))))
          .put("cycler", new Function("cycler", (rendering, given) -> new Cycler(given)))
          .put(
              "joiner",
              new Function(
                  "joiner",
                  (rendering, given) ->
                      new Joiner(given.bind("joiner", 0, "sep").or(0, new Str(", ")))))
          .put(
              "lipsum",
              new Function(
                  "lipsum",
                  (rendering, given) -> {
                    throw TemplateException.unsupported("lipsum, which draws random words,");
                  }))
          .put(
              "raise_exception",
              new Function(
                  "raise_exception",
                  (rendering, given) -> {
                    Value message = given.bind("raise_exception", 1, "message").required(0);
                    throw new TemplateException(Kind.RAISED, message.text());
                  }))
          .put(
              "strftime_now",
              new Function(
                  "strftime_now",
                  (rendering, given) -> {
                    Str format = given.bind("strftime_now", 1, "format").text(0);
                    return new Str(TimeFormat.format(format.value(), rendering.now()));
                  }))
          .buildOrThrow();

  private Globals() {}

  private static Value range(Arguments given) {
    Bound bound = given.positional("range", 1, 3);
    BigInteger first = bound.integer(0);
    return bound.has(1)
        ? Range.of(first, bound.integer(1), bound.has(2) ? bound.integer(2) : BigInteger.ONE)
        : Range.of(BigInteger.ZERO, first, BigInteger.ONE);
  }

  /** {@code dict(...)} and {@code dict.fromkeys(...)}. */
  private static final class DictFunction implements Callable {

    @Override
    public String type() {
      return "TemplateDict";
    }

    @Override
    public String repr() {
      return "<function dict>";
    }

    @Override
    public @Nullable Value attribute(String name) {
      return name.equals("fromkeys")
          ? new Function(name, (rendering, given) -> ContainerMethods.fromKeys(given))
          : null;
    }

    @Override
    public Value call(Rendering rendering, Arguments arguments) {
      return ContainerMethods.dict(arguments);
    }
  }

  /** Gives its items in turn, again and again. */
  private static final class Cycler implements Value {

    private final List<Value> items;
    private int at;

    Cycler(Arguments given) {
      if (given.positional().isEmpty()) {
        throw TemplateException.of(Kind.RUNTIME, "at least one item has to be provided");
      }
      if (!given.named().isEmpty()) {
        throw TemplateException.type("cycler() takes no keyword arguments");
      }
      this.items = given.positional();
    }

    @Override
    public String type() {
      return "Cycler";
    }

    @Override
    public String repr() {
      return "<Cycler object>";
    }

    @Override
    public @Nullable Value attribute(String name) {
      return switch (name) {
        case "current" -> items.get(at);
        case "items" -> new TupleValue(items);
        case "pos" -> Int.of(at);
        case "next" ->
            new Function(
                name,
                (rendering, given) -> {
                  given.positional(name, 0, 0);
                  Value item = items.get(at);
                  at = (at + 1) % items.size();
                  return item;
                });
        case "reset" ->
            new Function(
                name,
                (rendering, given) -> {
                  given.positional(name, 0, 0);
                  at = 0;
                  return None.NONE;
                });
        default -> null;
      };
    }
  }

  /** Gives nothing at first and then its separator. */
  private static final class Joiner implements Callable {

    private final Value separator;
    private boolean used;

    Joiner(Value separator) {
      this.separator = separator;
    }

    @Override
    public String type() {
      return "Joiner";
    }

    @Override
    public String repr() {
      return "<Joiner object>";
    }

    @Override
    public @Nullable Value attribute(String name) {
      return switch (name) {
        case "sep" -> separator;
        case "used" -> Bool.of(used);
        default -> null;
      };
    }

    @Override
    public Value call(Rendering rendering, Arguments arguments) {
      arguments.positional("joiner", 0, 0);
      boolean first = !used;
      used = true;
      return first ? Str.EMPTY : separator;
    }
  }
}
