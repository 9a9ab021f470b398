package org.align4j.models.jinja.compile;

import java.util.List;
import org.align4j.models.jinja.error.TemplateException;
import org.align4j.models.jinja.operation.Iterables;
import org.align4j.models.jinja.parse.Expression;
import org.align4j.models.jinja.parse.Target;
import org.align4j.models.jinja.run.Code.Assignment;
import org.align4j.models.jinja.run.Code.Computation;
import org.align4j.models.jinja.run.Locals;
import org.align4j.models.jinja.run.Namespace;
import org.align4j.models.jinja.value.Value;

/** Targets to code: names, attributes of namespaces, several at once. */
final class Assignments {

  private Assignments() {}

  /** Assigns to names of a frame; those outside of all loops and macros are the context's too. */
  static Assignment to(Target target, Frame frame) {
    return switch (target) {
      case Target.ToName(String name) -> {
        int index = frame.index(frame.symbols().reference(name));
        boolean exported = frame.topLevel();
        yield (locals, value) -> {
          locals.set(index, value);
          if (exported) {
            locals.context().export(name, value);
          }
        };
      }
      case Target.ToAttribute(String namespace, String name) -> {
        Computation owner = new ExpressionCompiler(frame).compile(new Expression.Name(namespace));
        yield (locals, value) -> {
          if (owner.evaluate(locals) instanceof Namespace space) {
            space.set(name, value);
          }
        };
      }
      case Target.ToTuple(List<Target> targets) -> {
        List<Assignment> parts = targets.stream().map(part -> to(part, frame)).toList();
        yield (locals, value) -> unpack(parts, locals, value);
      }
    };
  }

  private static void unpack(List<Assignment> parts, Locals locals, Value value) {
    if (!value.iterable()) {
      throw TemplateException.type("cannot unpack non-iterable %s object", value.type());
    }
    List<Value> items = Iterables.list(value);
    if (items.size() != parts.size()) {
      throw TemplateException.value(
          items.size() < parts.size()
              ? "not enough values to unpack (expected %s, got %s)"
              : "too many values to unpack (expected %s, got %s)",
          parts.size(),
          items.size());
    }
    for (int i = 0; i < parts.size(); i++) {
      parts.get(i).assign(locals, items.get(i));
    }
  }
}
