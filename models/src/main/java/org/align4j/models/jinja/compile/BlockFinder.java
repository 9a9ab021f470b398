package org.align4j.models.jinja.compile;

import java.util.List;
import java.util.function.Predicate;
import org.align4j.models.jinja.parse.Statement;
import org.align4j.models.jinja.parse.Target;

/** Looks for statements at any depth. */
public final class BlockFinder {

  private BlockFinder() {}

  /** Whether there is a block that sees local variables. */
  static boolean scoped(List<Statement> statements) {
    return any(statements, each -> each instanceof Statement.Block block && block.scoped());
  }

  /** Whether there is a block that marks what the assistant says. */
  public static boolean generates(List<Statement> statements) {
    return any(statements, Statement.Generation.class::isInstance);
  }

  /** Whether a loop, or anything in it, assigns to a name. */
  static boolean assigns(Statement.For loop, String name) {
    return any(
        List.of(loop),
        each ->
            switch (each) {
              case Statement.For inner -> assigns(inner.target(), name);
              case Statement.Assign assign -> assigns(assign.target(), name);
              case Statement.AssignBlock assign -> assigns(assign.target(), name);
              default -> false;
            });
  }

  private static boolean assigns(Target target, String name) {
    boolean[] found = {false};
    target.forEach(
        part -> found[0] |= part instanceof Target.ToName own && own.name().equals(name));
    return found[0];
  }

  private static boolean any(List<? extends Statement> statements, Predicate<Statement> wanted) {
    return statements.stream()
        .anyMatch(
            each -> wanted.test(each) || bodies(each).stream().anyMatch(body -> any(body, wanted)));
  }

  private static List<List<? extends Statement>> bodies(Statement statement) {
    return switch (statement) {
      case Statement.For loop -> List.of(loop.body(), loop.otherwise());
      case Statement.If branch -> List.of(branch.body(), branch.others(), branch.otherwise());
      case Statement.Macro macro -> List.of(macro.body());
      case Statement.CallBlock call -> List.of(call.body());
      case Statement.FilterBlock filter -> List.of(filter.body());
      case Statement.With with -> List.of(with.body());
      case Statement.AssignBlock assign -> List.of(assign.body());
      case Statement.Block block -> List.of(block.body());
      case Statement.Autoescape autoescape -> List.of(autoescape.body());
      case Statement.Generation generation -> List.of(generation.body());
      case Statement.Output output -> List.of();
      case Statement.Assign assign -> List.of();
      case Statement.Break end -> List.of();
      case Statement.Continue next -> List.of();
      case Statement.Load load -> List.of();
    };
  }
}
