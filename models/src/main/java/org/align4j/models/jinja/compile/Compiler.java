package org.align4j.models.jinja.compile;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.align4j.models.jinja.call.Rendering;
import org.align4j.models.jinja.character.Quotes;
import org.align4j.models.jinja.error.Limits;
import org.align4j.models.jinja.error.TemplateException;
import org.align4j.models.jinja.error.TemplateException.Kind;
import org.align4j.models.jinja.operation.Html;
import org.align4j.models.jinja.parse.Expression;
import org.align4j.models.jinja.parse.Statement;
import org.align4j.models.jinja.parse.Target;
import org.align4j.models.jinja.run.BlockCode;
import org.align4j.models.jinja.run.Code.Action;
import org.align4j.models.jinja.run.Code.Assignment;
import org.align4j.models.jinja.run.Code.Computation;
import org.align4j.models.jinja.run.Code.Flow;
import org.align4j.models.jinja.run.Context;
import org.align4j.models.jinja.run.FunctionScope.Place;
import org.align4j.models.jinja.run.Namespace;
import org.align4j.models.jinja.run.Symbols;
import org.align4j.models.jinja.run.Symbols.Variable;
import org.align4j.models.jinja.value.Value;

/** Statements to code: what Jinja2's compiler writes in Python, with the same scopes. */
public final class Compiler {

  private final Map<String, BlockCode> blocks = new LinkedHashMap<>();
  private final Set<String> blockNames = new HashSet<>();

  private Compiler() {}

  /** A template's code: itself as a block, and its blocks by name. */
  public record Compiled(BlockCode root, Map<String, BlockCode> blocks) {}

  public static Compiled compile(List<Statement> statements) {
    Compiler compiler = new Compiler();
    BlockCode root = compiler.block(statements, true);
    return new Compiled(root, compiler.blocks);
  }

  /** Code that stands by itself: the template or one of its blocks. */
  private BlockCode block(List<Statement> body, boolean topLevel) {
    Frame frame = Frame.root(topLevel);
    Set<String> special = Walk.undeclared(body, "self", "super");
    Variable self = special.contains("self") ? frame.symbols().declareParameter("self") : null;
    new SymbolFinder(frame.symbols()).visit(body);
    Action enter = enter(frame);
    Action code = statements(body, frame);
    int place = self == null ? -1 : frame.index(self);
    return new BlockCode(
        frame.function(),
        (locals, out) -> {
          if (place >= 0) {
            locals.set(place, new BlockCode.Self(locals.context()));
          }
          enter.run(locals, out);
          return code.run(locals, out);
        });
  }

  /** Binds the variables of a scope as they are on entry. */
  static Action enter(Frame frame) {
    List<Action> loads = new ArrayList<>();
    for (Map.Entry<Variable, Symbols.Load> entry : frame.symbols().loads().entrySet()) {
      int index = frame.index(entry.getKey());
      switch (entry.getValue()) {
        case Symbols.Load.Parameter parameter -> {}
        case Symbols.Load.Resolve(String name) ->
            loads.add((locals, out) -> {
              locals.set(index, locals.context().resolve(name));
              return Flow.NEXT;
            });
        case Symbols.Load.Alias(Variable outer) -> {
          Place place = frame.function().place(outer);
          loads.add((locals, out) -> {
            locals.set(index, locals.get(place.hops(), place.index()));
            return Flow.NEXT;
          });
        }
        case Symbols.Load.Missing missing ->
            loads.add((locals, out) -> {
              locals.set(index, null);
              return Flow.NEXT;
            });
      }
    }
    return sequence(loads);
  }

  /** Forgets the variables of a scope. */
  static Action leave(Frame frame) {
    List<Integer> indices = frame.symbols().loads().keySet().stream().map(frame::index).toList();
    return (locals, out) -> {
      indices.forEach(index -> locals.set(index, null));
      return Flow.NEXT;
    };
  }

  static Action sequence(List<Action> actions) {
    Action[] all = actions.toArray(Action[]::new);
    return (locals, out) -> {
      for (Action action : all) {
        Flow flow = action.run(locals, out);
        if (flow != Flow.NEXT) {
          return flow;
        }
      }
      return Flow.NEXT;
    };
  }

  Action statements(List<Statement> statements, Frame frame) {
    return sequence(statements.stream().map(each -> statement(each, frame)).toList());
  }

  private Action statement(Statement statement, Frame frame) {
    int line = statement.line();
    Action code;
    try {
      code = code(statement, frame);
    } catch (TemplateException e) {
      throw e.at(line);
    }
    return (locals, out) -> {
      try {
        return code.run(locals, out);
      } catch (TemplateException e) {
        throw e.at(line);
      }
    };
  }

  private Action code(Statement statement, Frame frame) {
    return switch (statement) {
      case Statement.Output output -> output(output, frame);
      case Statement.For loop -> new LoopCompiler(this, frame, loop).compile();
      case Statement.If branch -> branch(branch, frame);
      case Statement.Macro macro -> new MacroCompiler(this, frame).macro(macro);
      case Statement.CallBlock call -> new MacroCompiler(this, frame).callBlock(call);
      case Statement.FilterBlock filter -> new CaptureCompiler(this, frame).filter(filter);
      case Statement.With with -> with(with, frame);
      case Statement.Assign assign -> assign(assign, frame);
      case Statement.AssignBlock assign -> new CaptureCompiler(this, frame).set(assign);
      case Statement.Block block -> blockStatement(block, frame);
      case Statement.Autoescape autoescape -> autoescape(autoescape, frame);
      case Statement.Generation generation -> new MacroCompiler(this, frame).generation(generation);
      case Statement.Break end -> jump("break", Flow.BREAK, frame);
      case Statement.Continue next -> jump("continue", Flow.CONTINUE, frame);
      case Statement.Load load -> load(load, frame);
    };
  }

  private static Action jump(String tag, Flow flow, Frame frame) {
    if (!frame.loops()) {
      throw TemplateException.of(Kind.SYNTAX, "'%s' outside loop", tag);
    }
    return (locals, out) -> flow;
  }

  private static Computation expression(Expression expression, Frame frame) {
    return new ExpressionCompiler(frame).compile(expression);
  }

  private static Action output(Statement.Output output, Frame frame) {
    List<Action> parts = new ArrayList<>();
    for (Statement.Written part : output.parts()) {
      if (part.value() instanceof Expression.Data(String text)) {
        parts.add((locals, out) -> write(text, out));
        continue;
      }
      Computation value;
      try {
        value = expression(part.value(), frame);
      } catch (TemplateException e) {
        throw e.at(part.line());
      }
      parts.add((locals, out) -> {
        try {
          Value found = value.evaluate(locals);
          boolean escapes = frame.escapes(locals.rendering());
          return write(escapes ? Html.escape(found).value() : found.text(), out);
        } catch (TemplateException e) {
          throw e.at(part.line());
        }
      });
    }
    Action all = sequence(parts);
    return (locals, out) -> {
      locals.rendering().step();
      return all.run(locals, out);
    };
  }

  static Flow write(String text, StringBuilder out) {
    Limits.length((long) out.length() + text.length());
    out.append(text);
    return Flow.NEXT;
  }

  private Action branch(Statement.If branch, Frame outer) {
    Frame frame = outer.asSoft();
    List<Statement.If> branches = new ArrayList<>(List.of(branch));
    branches.addAll(branch.others());
    List<Computation> tests = new ArrayList<>();
    List<Action> bodies = new ArrayList<>();
    for (Statement.If each : branches) {
      tests.add(expression(each.test(), frame));
      bodies.add(statements(each.body(), frame));
    }
    Action otherwise = statements(branch.otherwise(), frame);
    return (locals, out) -> {
      for (int i = 0; i < tests.size(); i++) {
        if (tests.get(i).evaluate(locals).truth()) {
          return bodies.get(i).run(locals, out);
        }
      }
      return otherwise.run(locals, out);
    };
  }

  private Action with(Statement.With with, Frame outer) {
    Frame frame = outer.inner();
    SymbolFinder finder = new SymbolFinder(frame.symbols());
    with.targets().forEach(finder::parameters);
    finder.visit(with.body());
    List<Action> code = new ArrayList<>();
    code.add(enter(frame));
    for (int i = 0; i < with.targets().size(); i++) {
      Assignment assignment = Assignments.to(with.targets().get(i), frame);
      Computation value = expression(with.values().get(i), outer);
      code.add((locals, out) -> {
        assignment.assign(locals, value.evaluate(locals));
        return Flow.NEXT;
      });
    }
    code.add(statements(with.body(), frame));
    code.add(leave(frame));
    return sequence(code);
  }

  private static Action assign(Statement.Assign assign, Frame frame) {
    Assignment assignment = Assignments.to(assign.target(), frame);
    List<Computation> namespaces = new ArrayList<>();
    assign
        .target()
        .forEach(part -> {
          if (part instanceof Target.ToAttribute attribute) {
            namespaces.add(expression(new Expression.Name(attribute.namespace()), frame));
          }
        });
    Computation value = expression(assign.value(), frame);
    return (locals, out) -> {
      for (Computation namespace : namespaces) {
        if (!(namespace.evaluate(locals) instanceof Namespace)) {
          throw TemplateException.of(
              Kind.RUNTIME, "cannot assign attribute on non-namespace object");
        }
      }
      assignment.assign(locals, value.evaluate(locals));
      return Flow.NEXT;
    };
  }

  private Action blockStatement(Statement.Block block, Frame frame) {
    if (!blockNames.add(block.name())) {
      throw TemplateException.of(Kind.ASSERTION, "block %s defined twice", Quotes.of(block.name()));
    }
    BlockCode code = block(block.body(), false);
    blocks.put(block.name(), code);
    Map<String, Place> visible = new HashMap<>();
    if (block.scoped()) {
      frame
          .symbols()
          .assigned()
          .forEach((name, variable) -> visible.put(name, frame.function().place(variable)));
    }
    return (locals, out) -> {
      if (block.required()) {
        throw TemplateException.of(
            Kind.RUNTIME, "Required block %s not found", Quotes.of(block.name()));
      }
      Map<String, Value> seen = new HashMap<>();
      visible.forEach((name, place) -> {
        Value value = locals.get(place.hops(), place.index());
        if (value != null) {
          seen.put(name, value);
        }
      });
      Context context = locals.context();
      code.render(block.scoped() ? context.derived(seen) : context, out);
      return Flow.NEXT;
    };
  }

  private Action autoescape(Statement.Autoescape autoescape, Frame outer) {
    Frame frame = outer.inner();
    SymbolFinder finder = new SymbolFinder(frame.symbols());
    finder.visit(autoescape.on());
    finder.visit(autoescape.body());
    Action enter = enter(frame);
    Computation on = expression(autoescape.on(), frame);
    Frame.Escaping escaping =
        !(autoescape.on() instanceof Expression.Literal literal)
            ? Frame.Escaping.DECIDED_LATER
            : literal.value().truth() ? Frame.Escaping.ON : Frame.Escaping.OFF;
    Action body = statements(autoescape.body(), frame.withEscaping(escaping));
    Action leave = leave(frame);
    return (locals, out) -> {
      Rendering rendering = locals.rendering();
      enter.run(locals, out);
      boolean before = rendering.escaping();
      rendering.escaping(on.evaluate(locals).truth());
      Flow flow = body.run(locals, out);
      rendering.escaping(before);
      leave.run(locals, out);
      return flow;
    };
  }

  private static Action load(Statement.Load load, Frame frame) {
    expression(load.template(), frame);
    return (locals, out) -> {
      throw TemplateException.type(
          "no loader for this environment specified: %s is not supported in chat templates",
          load.tag());
    };
  }
}
