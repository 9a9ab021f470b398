package org.align4j.models.jinja.call;

import org.align4j.models.jinja.value.Value;

/** A function or method that templates call. */
public record Function(String name, Body body) implements Callable {

  /** What it does. */
  @FunctionalInterface
  public interface Body {
    Value call(Rendering rendering, Arguments arguments);
  }

  @Override
  public String type() {
    return "function";
  }

  @Override
  public String repr() {
    return "<function " + name + ">";
  }

  @Override
  public Value call(Rendering rendering, Arguments arguments) {
    return body.call(rendering, arguments);
  }
}
