package org.align4j.models.jinja.compile;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.align4j.models.jinja.parse.Expression;
import org.align4j.models.jinja.parse.Statement;
import org.align4j.models.jinja.parse.Target;
import org.jspecify.annotations.Nullable;

/** Goes through trees. */
final class Walk {

  private Walk() {}

  /** Calls for each name that an expression reads. */
  static void names(@Nullable Expression expression, Consumer<String> consumer) {
    switch (expression) {
      case null -> {}
      case Expression.Data data -> {}
      case Expression.Literal literal -> {}
      case Expression.Name name -> consumer.accept(name.name());
      case Expression.TupleOf tuple -> all(tuple.items(), consumer);
      case Expression.ListOf list -> all(list.items(), consumer);
      case Expression.DictOf dict -> all(dict.keysAndValues(), consumer);
      case Expression.Sign sign -> names(sign.operand(), consumer);
      case Expression.Binary binary -> {
        names(binary.left(), consumer);
        names(binary.right(), consumer);
      }
      case Expression.Logical logical -> {
        names(logical.left(), consumer);
        names(logical.right(), consumer);
      }
      case Expression.Not not -> names(not.operand(), consumer);
      case Expression.Compare compare -> {
        names(compare.first(), consumer);
        compare.operands().forEach(operand -> names(operand.value(), consumer));
      }
      case Expression.Concat concat -> all(concat.parts(), consumer);
      case Expression.Conditional conditional -> {
        names(conditional.test(), consumer);
        names(conditional.then(), consumer);
        names(conditional.otherwise(), consumer);
      }
      case Expression.Filter filter -> {
        names(filter.operand(), consumer);
        arguments(filter.arguments(), consumer);
      }
      case Expression.Check check -> {
        names(check.operand(), consumer);
        arguments(check.arguments(), consumer);
      }
      case Expression.Call call -> {
        names(call.function(), consumer);
        arguments(call.arguments(), consumer);
      }
      case Expression.Attribute attribute -> names(attribute.owner(), consumer);
      case Expression.Item item -> {
        names(item.owner(), consumer);
        names(item.key(), consumer);
      }
      case Expression.Slice slice -> {
        names(slice.start(), consumer);
        names(slice.stop(), consumer);
        names(slice.step(), consumer);
      }
    }
  }

  private static void all(List<Expression> expressions, Consumer<String> consumer) {
    expressions.forEach(expression -> names(expression, consumer));
  }

  private static void arguments(Expression.CallArguments arguments, Consumer<String> consumer) {
    all(arguments.positional(), consumer);
    arguments.named().forEach(keyword -> names(keyword.value(), consumer));
    names(arguments.more(), consumer);
    names(arguments.moreNamed(), consumer);
  }

  /**
   * Which of these names statements read before they assign them, inner scopes included and blocks
   * not: Jinja2's {@code find_undeclared}.
   */
  static Set<String> undeclared(List<Statement> statements, String... names) {
    Undeclared finder = new Undeclared(new HashSet<>(Set.of(names)), new HashSet<>());
    finder.visit(statements);
    return finder.found();
  }

  private record Undeclared(Set<String> wanted, Set<String> found) {

    private void read(@Nullable Expression expression) {
      names(
          expression,
          name -> {
            if (wanted.contains(name)) {
              found.add(name);
            }
          });
    }

    private void assign(Target target) {
      target.forEach(part -> {
        if (part instanceof Target.ToName name) {
          wanted.remove(name.name());
        }
      });
    }

    void visit(List<? extends Statement> statements) {
      statements.forEach(this::visit);
    }

    private void signature(Statement.Signature signature) {
      signature.names().forEach(wanted::remove);
      signature.defaults().forEach(this::read);
    }

    private void visit(Statement statement) {
      switch (statement) {
        case Statement.Output output -> output.parts().forEach(part -> read(part.value()));
        case Statement.For loop -> {
          assign(loop.target());
          read(loop.items());
          visit(loop.body());
          visit(loop.otherwise());
          read(loop.test());
        }
        case Statement.If branch -> {
          read(branch.test());
          visit(branch.body());
          visit(branch.others());
          visit(branch.otherwise());
        }
        case Statement.Macro macro -> {
          signature(macro.signature());
          visit(macro.body());
        }
        case Statement.CallBlock call -> {
          read(call.call());
          signature(call.signature());
          visit(call.body());
        }
        case Statement.FilterBlock filter -> {
          visit(filter.body());
          read(filter.filter());
        }
        case Statement.With with -> {
          with.targets().forEach(this::assign);
          with.values().forEach(this::read);
          visit(with.body());
        }
        case Statement.Assign assign -> {
          assign(assign.target());
          read(assign.value());
        }
        case Statement.AssignBlock assign -> {
          assign(assign.target());
          read(assign.filter());
          visit(assign.body());
        }
        case Statement.Autoescape autoescape -> {
          read(autoescape.on());
          visit(autoescape.body());
        }
        case Statement.Generation generation -> visit(generation.body());
        case Statement.Load load -> read(load.template());
        case Statement.Block block -> {}
        case Statement.Break end -> {}
        case Statement.Continue next -> {}
      }
    }
  }
}
