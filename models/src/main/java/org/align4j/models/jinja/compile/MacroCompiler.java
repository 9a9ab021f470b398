package org.align4j.models.jinja.compile;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.align4j.models.jinja.call.Arguments;
import org.align4j.models.jinja.call.Bound;
import org.align4j.models.jinja.call.Rendering;
import org.align4j.models.jinja.character.Quotes;
import org.align4j.models.jinja.error.TemplateException;
import org.align4j.models.jinja.error.TemplateException.Kind;
import org.align4j.models.jinja.parse.Expression;
import org.align4j.models.jinja.parse.Statement;
import org.align4j.models.jinja.parse.Target;
import org.align4j.models.jinja.run.Code.Action;
import org.align4j.models.jinja.run.Code.Assignment;
import org.align4j.models.jinja.run.Code.Computation;
import org.align4j.models.jinja.run.Code.Flow;
import org.align4j.models.jinja.run.Macro;
import org.align4j.models.jinja.run.Symbols;
import org.align4j.models.jinja.run.Symbols.Variable;
import org.align4j.models.jinja.value.Undefined;
import org.align4j.models.jinja.value.Value;
import org.jspecify.annotations.Nullable;

/**
 * Macros to code, and the bodies of calls and of {@code generation} blocks, which are macros too.
 */
final class MacroCompiler {

  private final Compiler compiler;
  private final Frame frame;

  MacroCompiler(Compiler compiler, Frame frame) {
    this.compiler = compiler;
    this.frame = frame;
  }

  /** The function of a macro or of the body of a call. */
  private Macro.Definition definition(
      @Nullable String name, Statement.Signature signature, List<Statement> body) {
    Frame inside = frame.innerFunction();
    Symbols symbols = inside.symbols();
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
    List<Integer> places = variables.stream().map(inside::index).toList();
    List<Action> code = new ArrayList<>();
    code.add(Compiler.enter(inside));
    for (int i = 0; i < parameters.size(); i++) {
      Value absent =
          Undefined.hint("parameter %s was not provided".formatted(Quotes.of(parameters.get(i))));
      Computation value =
          i < required
              ? locals -> absent
              : new ExpressionCompiler(inside).compile(defaults.get(i - required));
      int place = places.get(i);
      code.add((locals, out) -> {
        if (locals.get(0, place) == null) {
          locals.set(place, value.evaluate(locals));
        }
        return Flow.NEXT;
      });
    }
    code.add(compiler.statements(body, inside));
    return new Macro.Definition(
        name,
        parameters,
        inside.function(),
        places,
        caller,
        kwargs,
        varargs,
        Compiler.sequence(code));
  }

  private static void analyze(
      Statement.Signature signature, List<Statement> body, Symbols symbols) {
    SymbolFinder finder = new SymbolFinder(symbols);
    finder.signature(signature);
    finder.visit(body);
  }

  Action macro(Statement.Macro macro) {
    Macro.Definition definition = definition(macro.name(), macro.signature(), macro.body());
    Assignment assignment = Assignments.to(new Target.ToName(macro.name()), frame);
    return (locals, out) -> {
      assignment.assign(locals, new Macro(definition, locals));
      return Flow.NEXT;
    };
  }

  Action callBlock(Statement.CallBlock call) {
    Macro.Definition definition = definition(null, call.signature(), call.body());
    Computation value =
        new ExpressionCompiler(frame).call(call.call(), locals -> new Macro(definition, locals));
    return (locals, out) -> Compiler.write(Bound.text(value.evaluate(locals)).value(), out);
  }

  Action generation(Statement.Generation generation) {
    Macro.Definition definition = definition(null, Statement.Signature.NONE, generation.body());
    return (locals, out) -> {
      Rendering rendering = locals.rendering();
      String text = new Macro(definition, locals).call(rendering, Arguments.NONE).text();
      rendering.generated(text.length());
      return Compiler.write(text, out);
    };
  }
}
