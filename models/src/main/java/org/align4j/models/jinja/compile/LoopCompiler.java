package org.align4j.models.jinja.compile;

import com.google.common.collect.AbstractIterator;
import java.util.Iterator;
import org.align4j.models.jinja.call.Rendering;
import org.align4j.models.jinja.error.Limits;
import org.align4j.models.jinja.error.TemplateException;
import org.align4j.models.jinja.error.TemplateException.Kind;
import org.align4j.models.jinja.parse.Expression;
import org.align4j.models.jinja.parse.Statement;
import org.align4j.models.jinja.run.Code.Action;
import org.align4j.models.jinja.run.Code.Assignment;
import org.align4j.models.jinja.run.Code.Computation;
import org.align4j.models.jinja.run.Code.Flow;
import org.align4j.models.jinja.run.FunctionScope;
import org.align4j.models.jinja.run.Locals;
import org.align4j.models.jinja.run.Loop;
import org.align4j.models.jinja.run.Symbols.Variable;
import org.align4j.models.jinja.value.Str;
import org.align4j.models.jinja.value.Stream;
import org.align4j.models.jinja.value.Value;
import org.jspecify.annotations.Nullable;

/** Loops to code: with and without {@code loop}, with a test, an {@code else}, and recursive. */
final class LoopCompiler {

  private final Compiler compiler;
  private final Frame outer;
  private final Statement.For loop;

  LoopCompiler(Compiler compiler, Frame outer, Statement.For loop) {
    this.compiler = compiler;
    this.outer = outer;
    this.loop = loop;
  }

  /** What is run for the items of a loop. */
  @FunctionalInterface
  private interface Rounds {
    Flow run(
        Locals locals,
        Value items,
        Loop.@Nullable Recursion recursion,
        int depth,
        StringBuilder out);
  }

  /** Items that pass a loop's test, as they are asked for. */
  @FunctionalInterface
  private interface Selection {
    Value select(Locals locals, Value items);
  }

  Action compile() {
    Computation items = new ExpressionCompiler(outer).compile(loop.items());
    Selection selection = selection();
    if (!loop.recursive()) {
      Rounds rounds = rounds(outer.inner(), outer.inner());
      return (locals, out) ->
          rounds.run(locals, selection.select(locals, items.evaluate(locals)), null, 0, out);
    }
    Frame body = outer.innerFunction();
    // the else is of the same function
    Frame otherwise =
        new Frame(outer.symbols().inner(), body.function(), false, false, false, outer.escaping());
    Rounds rounds = rounds(body, otherwise);
    FunctionScope function = body.function();
    return (locals, out) -> {
      Value rendered = render(locals, rounds, selection, function, items.evaluate(locals), 0);
      Limits.length((long) out.length() + rendered.text().length());
      out.append(rendered.text());
      return Flow.NEXT;
    };
  }

  private Value render(
      Locals locals,
      Rounds rounds,
      Selection selection,
      FunctionScope function,
      Value items,
      int depth) {
    Rendering rendering = locals.rendering();
    rendering.enter();
    StringBuilder out = new StringBuilder();
    rounds.run(
        locals.inner(function.size()),
        selection.select(locals, items),
        (next, deeper) -> render(locals, rounds, selection, function, next, deeper),
        depth,
        out);
    rendering.leave();
    return new Str(out.toString(), outer.escapes(rendering));
  }

  private Rounds rounds(Frame inside, Frame elseFrame) {
    Frame frame = inside.withLoops(true);
    boolean extended =
        loop.recursive()
            || Walk.undeclared(loop.body(), "loop").contains("loop")
            || BlockFinder.scoped(loop.body())
            || BlockFinder.scoped(loop.otherwise());
    Variable own = extended ? frame.symbols().declareParameter("loop") : null;
    SymbolFinder finder = new SymbolFinder(frame.symbols());
    finder.parameters(loop.target());
    finder.visit(loop.body());
    new SymbolFinder(elseFrame.symbols()).visit(loop.otherwise());
    if (BlockFinder.assigns(loop, "loop")) {
      throw TemplateException.of(
          Kind.ASSERTION, "Can't assign to special loop variable in for-loop target");
    }
    Assignment target = Assignments.to(loop.target(), frame);
    int place = own == null ? -1 : frame.index(own);
    Action enter = Compiler.enter(frame);
    Action body = compiler.statements(loop.body(), frame);
    Action leave = Compiler.leave(frame);
    Action otherwise = otherwise(elseFrame);
    return (locals, items, recursion, depth, out) -> {
      Rendering rendering = locals.rendering();
      Loop state = new Loop(items, recursion, depth);
      boolean completed = false;
      for (Value item = state.next(); item != null; item = state.next()) {
        rendering.step();
        target.assign(locals, item);
        if (place >= 0) {
          locals.set(place, state);
        }
        enter.run(locals, out);
        Flow flow = body.run(locals, out);
        if (flow == Flow.BREAK) {
          break;
        }
        // Jinja2 notes a round at its end only
        completed |= flow == Flow.NEXT;
      }
      leave.run(locals, out);
      return completed ? Flow.NEXT : otherwise.run(locals, out);
    };
  }

  private Action otherwise(Frame frame) {
    if (loop.otherwise().isEmpty()) {
      return (locals, out) -> Flow.NEXT;
    }
    Action enter = Compiler.enter(frame);
    Action body = compiler.statements(loop.otherwise(), frame);
    Action leave = Compiler.leave(frame);
    return (locals, out) -> {
      enter.run(locals, out);
      Flow flow = body.run(locals, out);
      leave.run(locals, out);
      return flow;
    };
  }

  private Selection selection() {
    Expression test = loop.test();
    if (test == null) {
      return (locals, items) -> items;
    }
    Frame frame = outer.innerFunction();
    SymbolFinder finder = new SymbolFinder(frame.symbols());
    finder.parameters(loop.target());
    finder.visit(test);
    Assignment target = Assignments.to(loop.target(), frame);
    Action enter = Compiler.enter(frame);
    Computation passes = new ExpressionCompiler(frame).compile(test);
    FunctionScope function = frame.function();
    return (locals, items) ->
        Stream.generator(
            "t_1",
            new AbstractIterator<>() {
              private @Nullable Locals own;
              private @Nullable Iterator<Value> left;

              @Override
              protected @Nullable Value computeNext() {
                if (own == null || left == null) {
                  own = locals.inner(function.size());
                  enter.run(own, new StringBuilder());
                  left = items.iterator();
                }
                while (left.hasNext()) {
                  Value item = left.next();
                  locals.rendering().step();
                  target.assign(own, item);
                  if (passes.evaluate(own).truth()) {
                    return item;
                  }
                }
                return endOfData();
              }
            });
  }
}
