package org.align4j.models.jinja.compile;

import java.util.List;
import java.util.Objects;
import org.align4j.models.jinja.call.Bound;
import org.align4j.models.jinja.parse.Expression;
import org.align4j.models.jinja.parse.Statement;
import org.align4j.models.jinja.run.Code.Action;
import org.align4j.models.jinja.run.Code.Assignment;
import org.align4j.models.jinja.run.Code.Computation;
import org.align4j.models.jinja.run.Code.Flow;
import org.align4j.models.jinja.run.Locals;
import org.align4j.models.jinja.run.Symbols.Variable;
import org.align4j.models.jinja.value.Str;
import org.align4j.models.jinja.value.Value;
import org.jspecify.annotations.Nullable;

/** Blocks whose text is not written but used: {@code filter}, and {@code set} without a value. */
final class CaptureCompiler {

  private final Compiler compiler;
  private final Frame outer;

  CaptureCompiler(Compiler compiler, Frame outer) {
    this.compiler = compiler;
    this.outer = outer;
  }

  Action filter(Statement.FilterBlock block) {
    Frame frame = outer.inner();
    SymbolFinder finder = new SymbolFinder(frame.symbols());
    finder.visit(block.body());
    finder.visit(block.filter());
    Capture capture = capture(block.body(), frame, block.filter());
    return (locals, out) -> {
      StringBuilder written = new StringBuilder();
      Flow flow = capture.run(locals, written);
      if (flow != Flow.NEXT) {
        return flow;
      }
      Compiler.write(Bound.text(capture.value(locals, written)).value(), out);
      capture.leave().run(locals, out);
      return Flow.NEXT;
    };
  }

  /** A body whose text is not written but used, perhaps filtered. */
  private record Capture(
      Action enter, Action body, Action leave, @Nullable Captured filter, Frame frame) {

    Flow run(Locals locals, StringBuilder written) {
      enter.run(locals, written);
      return body.run(locals, written);
    }

    Value value(Locals locals, StringBuilder written) {
      Str text = new Str(written.toString(), frame.escapes(locals.rendering()));
      return filter == null ? text : filter.value(locals, text);
    }
  }

  @FunctionalInterface
  private interface Captured {
    Value value(Locals locals, Str text);
  }

  private Capture capture(List<Statement> body, Frame frame, Expression.@Nullable Filter filter) {
    Captured captured = null;
    if (filter != null) {
      Variable text = frame.symbols().declareParameter(" written");
      int place = frame.index(text);
      Computation filtered =
          new ExpressionCompiler(frame, locals -> Objects.requireNonNull(locals.get(0, place)))
              .compile(filter);
      captured =
          (locals, value) -> {
            locals.set(place, value);
            return filtered.evaluate(locals);
          };
    }
    return new Capture(
        Compiler.enter(frame),
        compiler.statements(body, frame),
        Compiler.leave(frame),
        captured,
        frame);
  }

  Action set(Statement.AssignBlock assign) {
    Frame frame = outer.inner();
    new SymbolFinder(frame.symbols()).visit(assign.body());
    Capture capture = capture(assign.body(), frame, assign.filter());
    Assignment assignment = Assignments.to(assign.target(), outer);
    return (locals, out) -> {
      StringBuilder written = new StringBuilder();
      Flow flow = capture.run(locals, written);
      if (flow != Flow.NEXT) {
        return flow;
      }
      Value value = capture.value(locals, written);
      boolean escaping = locals.rendering().escaping();
      assignment.assign(locals, escaping ? locals.rendering().marked(value.text()) : value);
      capture.leave().run(locals, out);
      return Flow.NEXT;
    };
  }
}
