package org.align4j.models.jinja.call;

import org.align4j.models.jinja.error.TemplateException;
import org.align4j.models.jinja.value.Undefined;
import org.align4j.models.jinja.value.Value;

/** A value that templates call. */
public interface Callable extends Value {

  /** Calls the value. */
  Value call(Rendering rendering, Arguments arguments);

  @Override
  default boolean callable() {
    return true;
  }

  /** Calls a value, whatever it is. */
  static Value call(Value callee, Rendering rendering, Arguments arguments) {
    return switch (callee) {
      case Callable function -> function.call(rendering, arguments);
      case Undefined undefined -> throw undefined.failure();
      default -> throw TemplateException.type("'%s' object is not callable", callee.type());
    };
  }
}
