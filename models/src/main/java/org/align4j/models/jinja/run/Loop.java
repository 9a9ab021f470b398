package org.align4j.models.jinja.run;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.align4j.models.jinja.call.Arguments;
import org.align4j.models.jinja.call.Callable;
import org.align4j.models.jinja.call.Function;
import org.align4j.models.jinja.call.Rendering;
import org.align4j.models.jinja.error.TemplateException;
import org.align4j.models.jinja.operation.ValueComparison;
import org.align4j.models.jinja.value.Bool;
import org.align4j.models.jinja.value.Int;
import org.align4j.models.jinja.value.TupleValue;
import org.align4j.models.jinja.value.Undefined;
import org.align4j.models.jinja.value.Value;
import org.jspecify.annotations.Nullable;

/** Jinja2's {@code loop}: where a loop stands. Looks ahead only when it is asked to. */
public final class Loop implements Callable {

  /** Renders a recursive loop's body for other items. */
  @FunctionalInterface
  public interface Recursion {
    Value render(Value items, int depth);
  }

  private final Value iterable;
  private final @Nullable Recursion recursion;
  private final int depth;
  private Iterator<Value> items;
  private int index = -1;
  private @Nullable Integer length;
  private @Nullable Value after;
  private @Nullable Value current;
  private @Nullable Value before;
  private @Nullable List<Value> changed;

  public Loop(Value iterable, @Nullable Recursion recursion, int depth) {
    this.iterable = iterable;
    this.recursion = recursion;
    this.depth = depth;
    this.items = iterable.iterator();
  }

  /** The next item; null at the end. */
  public @Nullable Value next() {
    Value next = peek();
    after = null;
    if (next == null) {
      return null;
    }
    index++;
    before = current;
    current = next;
    return next;
  }

  private @Nullable Value peek() {
    if (after == null && items.hasNext()) {
      after = items.next();
    }
    return after;
  }

  @Override
  public int length() {
    if (length == null) {
      if (iterable.sized()) {
        length = iterable.length();
      } else {
        List<Value> rest = new ArrayList<>();
        items.forEachRemaining(rest::add);
        items = rest.iterator();
        length = rest.size() + index + 1 + (after == null ? 0 : 1);
      }
    }
    return length;
  }

  @Override
  public boolean sized() {
    return true;
  }

  @Override
  public boolean truth() {
    return length() > 0;
  }

  @Override
  public String type() {
    return "LoopContext";
  }

  @Override
  public String repr() {
    return "<LoopContext " + (index + 1) + "/" + length() + ">";
  }

  @Override
  public @Nullable Value attribute(String name) {
    return switch (name) {
      case "index" -> Int.of(index + 1L);
      case "index0" -> Int.of(index);
      case "revindex" -> Int.of(length() - (long) index);
      case "revindex0" -> Int.of(length() - index - 1L);
      case "first" -> Bool.of(index == 0);
      case "last" -> Bool.of(peek() == null);
      case "length" -> Int.of(length());
      case "depth" -> Int.of(depth + 1L);
      case "depth0" -> Int.of(depth);
      case "previtem" ->
          index == 0 || before == null ? Undefined.hint("there is no previous item") : before;
      case "nextitem" -> {
        Value next = peek();
        yield next == null ? Undefined.hint("there is no next item") : next;
      }
      case "cycle" -> new Function(name, (rendering, arguments) -> cycle(arguments));
      case "changed" -> new Function(name, (rendering, arguments) -> changed(arguments));
      default -> null;
    };
  }

  private Value cycle(Arguments arguments) {
    List<Value> values = arguments.positional();
    if (values.isEmpty() || !arguments.named().isEmpty()) {
      throw TemplateException.type("no items for cycling given");
    }
    return values.get(index % values.size());
  }

  private Value changed(Arguments arguments) {
    List<Value> values = arguments.positional();
    boolean same =
        changed != null && ValueComparison.equal(new TupleValue(changed), new TupleValue(values));
    changed = values;
    return Bool.of(!same);
  }

  @Override
  public boolean iterable() {
    return true;
  }

  @Override
  public Iterator<Value> iterator() {
    throw TemplateException.unsupported("iterating over loop");
  }

  @Override
  public Value call(Rendering rendering, Arguments arguments) {
    if (recursion == null) {
      throw TemplateException.type(
          "The loop must have the 'recursive' marker to be called recursively.");
    }
    return recursion.render(arguments.bind("loop", 1, "iterable").required(0), depth + 1);
  }
}
