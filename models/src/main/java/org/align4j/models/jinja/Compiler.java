package org.align4j.models.jinja;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.align4j.models.jinja.Code.Action;
import org.align4j.models.jinja.Code.Assignment;
import org.align4j.models.jinja.Code.Evaluation;
import org.align4j.models.jinja.Code.Flow;
import org.align4j.models.jinja.FunctionScope.Place;
import org.align4j.models.jinja.Symbols.Variable;
import org.align4j.models.jinja.TemplateException.Kind;
import org.jspecify.annotations.Nullable;

/** Statements to code: what Jinja2's compiler writes in Python, with the same scopes. */
final class Compiler {

  private final Map<String, BlockCode> blocks = new LinkedHashMap<>();
  private final Set<String> blockNames = new HashSet<>();

  private Compiler() {}

  /** A template's code: itself as a block, and its blocks by name. */
  record Compiled(BlockCode root, Map<String, BlockCode> blocks) {}

  static Compiled compile(List<Statement> statements) {
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
      case Statement.Macro macro -> macro(macro, frame);
      case Statement.CallBlock call -> callBlock(call, frame);
      case Statement.FilterBlock filter -> filterBlock(filter, frame);
      case Statement.With with -> with(with, frame);
      case Statement.Assign assign -> assign(assign, frame);
      case Statement.AssignBlock assign -> assignBlock(assign, frame);
      case Statement.Block block -> blockStatement(block, frame);
      case Statement.Autoescape autoescape -> autoescape(autoescape, frame);
      case Statement.Generation generation -> generation(generation, frame);
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

  private static Evaluation expression(Expression expression, Frame frame) {
    return new ExpressionCompiler(frame).compile(expression);
  }

  private static Action output(Statement.Output output, Frame frame) {
    List<Action> parts = new ArrayList<>();
    for (Statement.Written part : output.parts()) {
      if (part.value() instanceof Expression.Data(String text)) {
        parts.add((locals, out) -> write(text, out));
        continue;
      }
      Evaluation value;
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

  private static Flow write(String text, StringBuilder out) {
    Limits.length((long) out.length() + text.length());
    out.append(text);
    return Flow.NEXT;
  }

  private Action branch(Statement.If branch, Frame outer) {
    Frame frame = outer.asSoft();
    List<Statement.If> branches = new ArrayList<>(List.of(branch));
    branches.addAll(branch.others());
    List<Evaluation> tests = new ArrayList<>();
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

  /** The function of a macro or of the body of a call. */
  private Macro.Definition definition(
      @Nullable String name, Statement.Signature signature, List<Statement> body, Frame outer) {
    Frame frame = outer.innerFunction();
    Symbols symbols = frame.symbols();
    analyze(signature, body, symbols);
    Set<String> special = Walk.undeclared(body, "caller", "kwargs", "varargs");
    List<String> parameters = signature.names();
    List<Expression> defaults = signature.defaults();
    List<Variable> variables =
        new ArrayList<>(parameters.stream().map(symbols::reference).toList());
    int required = parameters.size() - defaults.size();
    boolean caller = special.contains("caller");
    if (caller && parameters.contains("caller") && parameters.indexOf("caller") < required) {
      throw TemplateException.of(
          Kind.ASSERTION,
          "When defining macros or call blocks the special \"caller\" argument must be omitted or"
              + " be given a default.");
    }
    if (caller && !parameters.contains("caller")) {
      variables.add(symbols.declareParameter("caller"));
    }
    boolean kwargs = special.contains("kwargs") && !parameters.contains("kwargs");
    if (kwargs) {
      variables.add(symbols.declareParameter("kwargs"));
    }
    boolean varargs = special.contains("varargs") && !parameters.contains("varargs");
    if (varargs) {
      variables.add(symbols.declareParameter("varargs"));
    }
    analyze(signature, body, symbols);
    List<Integer> places = variables.stream().map(frame::index).toList();
    List<Action> code = new ArrayList<>();
    code.add(enter(frame));
    for (int i = 0; i < parameters.size(); i++) {
      Value absent =
          Undefined.hint("parameter %s was not provided".formatted(Quotes.of(parameters.get(i))));
      Evaluation value =
          i < required ? locals -> absent : expression(defaults.get(i - required), frame);
      int place = places.get(i);
      code.add((locals, out) -> {
        if (locals.get(0, place) == null) {
          locals.set(place, value.evaluate(locals));
        }
        return Flow.NEXT;
      });
    }
    code.add(statements(body, frame));
    return new Macro.Definition(
        name, parameters, frame.function(), places, caller, kwargs, varargs, sequence(code));
  }

  private static void analyze(
      Statement.Signature signature, List<Statement> body, Symbols symbols) {
    SymbolFinder finder = new SymbolFinder(symbols);
    finder.signature(signature);
    finder.visit(body);
  }

  private Action macro(Statement.Macro macro, Frame frame) {
    Macro.Definition definition = definition(macro.name(), macro.signature(), macro.body(), frame);
    Assignment assignment = assignment(new Target.ToName(macro.name()), frame);
    return (locals, out) -> {
      assignment.assign(locals, new Macro(definition, locals));
      return Flow.NEXT;
    };
  }

  private Action callBlock(Statement.CallBlock call, Frame frame) {
    Macro.Definition definition = definition(null, call.signature(), call.body(), frame);
    Evaluation value =
        new ExpressionCompiler(frame).call(call.call(), locals -> new Macro(definition, locals));
    return (locals, out) -> write(Bound.text(value.evaluate(locals)).value(), out);
  }

  private Action generation(Statement.Generation generation, Frame frame) {
    Macro.Definition definition =
        definition(null, Statement.Signature.NONE, generation.body(), frame);
    return (locals, out) -> {
      Rendering rendering = locals.rendering();
      String text = new Macro(definition, locals).call(rendering, Arguments.NONE).text();
      rendering.generated(text.length());
      return write(text, out);
    };
  }

  private Action filterBlock(Statement.FilterBlock block, Frame outer) {
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
      write(Bound.text(capture.value(locals, written)).value(), out);
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
      Evaluation filtered =
          new ExpressionCompiler(
                  frame, locals -> java.util.Objects.requireNonNull(locals.get(0, place)))
              .compile(filter);
      captured =
          (locals, value) -> {
            locals.set(place, value);
            return filtered.evaluate(locals);
          };
    }
    return new Capture(enter(frame), statements(body, frame), leave(frame), captured, frame);
  }

  private Action with(Statement.With with, Frame outer) {
    Frame frame = outer.inner();
    SymbolFinder finder = new SymbolFinder(frame.symbols());
    with.targets().forEach(finder::parameters);
    finder.visit(with.body());
    List<Action> code = new ArrayList<>();
    code.add(enter(frame));
    for (int i = 0; i < with.targets().size(); i++) {
      Assignment assignment = assignment(with.targets().get(i), frame);
      Evaluation value = expression(with.values().get(i), outer);
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
    Assignment assignment = assignment(assign.target(), frame);
    List<Evaluation> namespaces = new ArrayList<>();
    assign
        .target()
        .forEach(part -> {
          if (part instanceof Target.ToAttribute attribute) {
            namespaces.add(expression(new Expression.Name(attribute.namespace()), frame));
          }
        });
    Evaluation value = expression(assign.value(), frame);
    return (locals, out) -> {
      for (Evaluation namespace : namespaces) {
        if (!(namespace.evaluate(locals) instanceof Namespace)) {
          throw TemplateException.of(
              Kind.RUNTIME, "cannot assign attribute on non-namespace object");
        }
      }
      assignment.assign(locals, value.evaluate(locals));
      return Flow.NEXT;
    };
  }

  private Action assignBlock(Statement.AssignBlock assign, Frame outer) {
    Frame frame = outer.inner();
    new SymbolFinder(frame.symbols()).visit(assign.body());
    Capture capture = capture(assign.body(), frame, assign.filter());
    Assignment assignment = assignment(assign.target(), outer);
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

  /** Assigns to names of a frame; those outside of all loops and macros are the context's too. */
  static Assignment assignment(Target target, Frame frame) {
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
        Evaluation owner = expression(new Expression.Name(namespace), frame);
        yield (locals, value) -> {
          if (owner.evaluate(locals) instanceof Namespace space) {
            space.set(name, value);
          }
        };
      }
      case Target.ToTuple(List<Target> targets) -> {
        List<Assignment> parts = targets.stream().map(part -> assignment(part, frame)).toList();
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
    Evaluation on = expression(autoescape.on(), frame);
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
