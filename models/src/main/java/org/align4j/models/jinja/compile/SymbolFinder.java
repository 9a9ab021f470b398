package org.align4j.models.jinja.compile;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.align4j.models.jinja.parse.Expression;
import org.align4j.models.jinja.parse.Statement;
import org.align4j.models.jinja.parse.Target;
import org.align4j.models.jinja.run.Symbols;
import org.jspecify.annotations.Nullable;

/** Finds the names that statements of one scope use; inner scopes are looked at by themselves. */
final class SymbolFinder {

  private final Symbols symbols;

  SymbolFinder(Symbols symbols) {
    this.symbols = symbols;
  }

  void visit(List<? extends Statement> statements) {
    statements.forEach(this::visit);
  }

  void visit(@Nullable Expression expression) {
    Walk.names(expression, symbols::load);
  }

  void visitAll(List<Expression> expressions) {
    expressions.forEach(this::visit);
  }

  /** Names that are assigned; attributes' namespaces are read. */
  void store(Target target) {
    target.forEach(part -> {
      switch (part) {
        case Target.ToName name -> symbols.store(name.name());
        case Target.ToAttribute attribute -> symbols.load(attribute.namespace());
        case Target.ToTuple tuple -> {}
      }
    });
  }

  /** Names that are set before the scope begins. */
  void parameters(Target target) {
    target.forEach(part -> {
      if (part instanceof Target.ToName name) {
        symbols.declareParameter(name.name());
      }
    });
  }

  void signature(Statement.Signature signature) {
    signature.names().forEach(symbols::declareParameter);
    visitAll(signature.defaults());
  }

  private void visit(Statement statement) {
    switch (statement) {
      case Statement.Output output -> output.parts().forEach(part -> visit(part.value()));
      case Statement.For loop -> visit(loop.items());
      case Statement.If branch -> branch(branch);
      case Statement.Macro macro -> symbols.store(macro.name());
      case Statement.CallBlock call -> visit(call.call());
      case Statement.FilterBlock filter -> visit(filter.filter());
      case Statement.With with -> visitAll(with.values());
      case Statement.Assign assign -> {
        visit(assign.value());
        store(assign.target());
      }
      case Statement.AssignBlock assign -> store(assign.target());
      case Statement.Load load -> {
        visit(load.template());
        load.names().forEach(symbols::store);
      }
      case Statement.Block block -> {}
      case Statement.Autoescape autoescape -> {}
      case Statement.Generation generation -> {}
      case Statement.Break end -> {}
      case Statement.Continue next -> {}
    }
  }

  private void branch(Statement.If branch) {
    visit(branch.test());
    List<Consumer<Symbols>> branches = new ArrayList<>();
    branches.add(copy -> new SymbolFinder(copy).visit(branch.body()));
    branches.add(copy -> new SymbolFinder(copy).visit(branch.others()));
    branches.add(copy -> new SymbolFinder(copy).visit(branch.otherwise()));
    symbols.branches(branches);
  }
}
