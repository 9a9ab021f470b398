package org.align4j.models.jinja.run;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.align4j.models.jinja.character.Quotes;
import org.align4j.models.jinja.error.TemplateException;
import org.jspecify.annotations.Nullable;

/**
 * The names of one scope and what each is bound to when the scope is entered: Jinja2's {@code
 * idtracking.Symbols}. A name that a scope assigns is its own, and begins as the outer scope's
 * value of that name; branches of an {@code if} share their scope.
 */
public final class Symbols {

  /** A name's place: that of a name at a level of scopes. */
  public record Variable(int level, String name) {}

  /** What a variable is on entry to its scope. */
  public sealed interface Load {
    /** What it was set to before. */
    record Parameter() implements Load {}

    /** What the template was given by that name. */
    record Resolve(String name) implements Load {}

    /** What an outer variable is. */
    record Alias(Variable outer) implements Load {}

    /** Nothing. */
    record Missing() implements Load {}
  }

  private final int level;
  private final @Nullable Symbols parent;
  private final Map<String, Variable> references;
  private final Map<Variable, Load> loads;
  private final Set<String> stores;

  private Symbols(
      int level,
      @Nullable Symbols parent,
      Map<String, Variable> references,
      Map<Variable, Load> loads,
      Set<String> stores) {
    this.level = level;
    this.parent = parent;
    this.references = references;
    this.loads = loads;
    this.stores = stores;
  }

  /** The names of a template or block. */
  public static Symbols root() {
    return new Symbols(0, null, new HashMap<>(), new LinkedHashMap<>(), new HashSet<>());
  }

  /** The names of a scope within. */
  public Symbols inner() {
    return new Symbols(level + 1, this, new HashMap<>(), new LinkedHashMap<>(), new HashSet<>());
  }

  private Symbols copy() {
    return new Symbols(
        level,
        parent,
        new HashMap<>(references),
        new LinkedHashMap<>(loads),
        new HashSet<>(stores));
  }

  public int level() {
    return level;
  }

  public Map<Variable, Load> loads() {
    return loads;
  }

  private Variable define(String name, Load load) {
    Variable variable = new Variable(level, name);
    references.put(name, variable);
    loads.put(variable, load);
    return variable;
  }

  private @Nullable Variable find(String name) {
    Variable found = references.get(name);
    return found != null || parent == null ? found : parent.find(name);
  }

  /** The variable of a name that has been seen in this scope or around it. */
  public Variable reference(String name) {
    Variable found = find(name);
    if (found == null) {
      throw TemplateException.of(
          TemplateException.Kind.ASSERT,
          "Tried to resolve a name to a reference that was unknown to the frame (%s)",
          Quotes.of(name));
    }
    return found;
  }

  public Variable declareParameter(String name) {
    stores.add(name);
    return define(name, new Load.Parameter());
  }

  public void load(String name) {
    if (find(name) == null) {
      define(name, new Load.Resolve(name));
    }
  }

  public void store(String name) {
    stores.add(name);
    if (!references.containsKey(name)) {
      Variable outer = parent == null ? null : parent.find(name);
      define(name, outer == null ? new Load.Missing() : new Load.Alias(outer));
    }
  }

  /**
   * Runs each branch on a copy of the scope; a name that only some assign is looked up on entry.
   */
  public void branches(List<java.util.function.Consumer<Symbols>> branches) {
    List<Symbols> copies = new ArrayList<>();
    Set<String> stored = new HashSet<>();
    for (java.util.function.Consumer<Symbols> branch : branches) {
      Symbols copy = copy();
      branch.accept(copy);
      copies.add(copy);
      stored.addAll(copy.stores);
    }
    stored.removeAll(stores);
    for (Symbols copy : copies) {
      references.putAll(copy.references);
      loads.putAll(copy.loads);
      stores.addAll(copy.stores);
    }
    for (String name : stored) {
      Variable outer = parent == null ? null : parent.find(name);
      loads.put(reference(name), outer == null ? new Load.Resolve(name) : new Load.Alias(outer));
    }
  }

  /** The variables assigned in this scope and around it, by name. */
  public Map<String, Variable> assigned() {
    Map<String, Variable> found = new LinkedHashMap<>();
    for (Symbols scope = this; scope != null; scope = scope.parent) {
      scope.stores.forEach(name -> found.computeIfAbsent(name, this::reference));
    }
    return found;
  }
}
