package org.align4j.models.jinja.run;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.align4j.models.jinja.call.Arguments;
import org.align4j.models.jinja.call.Callable;
import org.align4j.models.jinja.call.Rendering;
import org.align4j.models.jinja.character.Quotes;
import org.align4j.models.jinja.error.TemplateException;
import org.align4j.models.jinja.run.Code.Action;
import org.align4j.models.jinja.value.Bool;
import org.align4j.models.jinja.value.Dict;
import org.align4j.models.jinja.value.None;
import org.align4j.models.jinja.value.Str;
import org.align4j.models.jinja.value.TupleValue;
import org.align4j.models.jinja.value.Undefined;
import org.align4j.models.jinja.value.Value;
import org.align4j.models.jinja.value.Values;
import org.jspecify.annotations.Nullable;

/** A macro, or the body of a {@code call} block: a function that gives what it writes. */
public record Macro(Definition definition, Locals outer) implements Callable {

  /**
   * What the template says of it.
   *
   * @param name null of a {@code call} block's body
   * @param places of the parameters, then of {@code caller}, {@code kwargs} and {@code varargs} as
   *     far as the body uses them
   */
  public record Definition(
      @Nullable String name,
      List<String> parameters,
      FunctionScope scope,
      List<Integer> places,
      boolean caller,
      boolean kwargs,
      boolean varargs,
      Action body) {}

  @Override
  public String type() {
    return "Macro";
  }

  @Override
  public String repr() {
    String name = definition.name();
    return "<Macro " + (name == null ? "anonymous" : Quotes.of(name)) + ">";
  }

  private String title() {
    String name = definition.name();
    return name == null ? "None" : Quotes.of(name);
  }

  @Override
  public @Nullable Value attribute(String name) {
    return switch (name) {
      case "name" -> Values.of(definition.name());
      case "arguments" ->
          new TupleValue(
              definition.parameters().stream()
                  .map(parameter -> (Value) new Str(parameter))
                  .toList());
      case "catch_kwargs" -> Bool.of(definition.kwargs());
      case "catch_varargs" -> Bool.of(definition.varargs());
      case "caller" -> Bool.of(definition.caller());
      case "explicit_caller" -> Bool.of(definition.parameters().contains("caller"));
      default -> null;
    };
  }

  @Override
  public Value call(Rendering rendering, Arguments arguments) {
    List<@Nullable Value> values = bind(arguments);
    Locals locals = outer.inner(definition.scope().size());
    for (int i = 0; i < values.size(); i++) {
      locals.set(definition.places().get(i), values.get(i));
    }
    rendering.enter();
    StringBuilder out = new StringBuilder();
    definition.body().run(locals, out);
    rendering.leave();
    return rendering.marked(out.toString());
  }

  /** Jinja2's {@code Macro.__call__}. */
  private List<@Nullable Value> bind(Arguments arguments) {
    List<String> parameters = definition.parameters();
    List<Value> positional = arguments.positional();
    Map<String, Value> named = new LinkedHashMap<>(arguments.named());
    int count = parameters.size();
    int given = Math.min(count, positional.size());
    List<@Nullable Value> values = new ArrayList<>(positional.subList(0, given));
    boolean callerFound = parameters.contains("caller");
    for (String parameter : parameters.subList(given, count)) {
      values.add(named.remove(parameter));
    }
    if (definition.caller() && !callerFound) {
      Value caller = named.remove("caller");
      values.add(
          caller == null || caller == None.NONE ? Undefined.hint("No caller defined") : caller);
    }
    if (definition.kwargs()) {
      Dict rest = new Dict();
      named.forEach(rest::put);
      values.add(rest);
    } else if (named.containsKey("caller")) {
      throw TemplateException.type(
          "macro %s was invoked with two values for the special caller argument."
              + " This is most likely a bug.",
          title());
    } else if (!named.isEmpty()) {
      throw TemplateException.type(
          "macro %s takes no keyword argument %s",
          title(), Quotes.of(named.keySet().iterator().next()));
    }
    if (definition.varargs()) {
      values.add(new TupleValue(positional.subList(given, positional.size())));
    } else if (positional.size() > count) {
      throw TemplateException.type("macro %s takes not more than %s argument(s)", title(), count);
    }
    return values;
  }
}
