package org.align4j.models.jinja.run;

import java.util.HashMap;
import java.util.Map;
import org.align4j.models.jinja.run.Symbols.Variable;
import org.jspecify.annotations.Nullable;

/**
 * Places of the variables of a function: the template, a block, a macro, a recursive loop. What a
 * function does not have itself it finds in the one around it, as it is then.
 */
public final class FunctionScope {

  private final int base;
  private final @Nullable FunctionScope outer;
  private final Map<Variable, Integer> places = new HashMap<>();

  /**
   * A function.
   *
   * @param base level of its outermost names
   */
  public FunctionScope(int base, @Nullable FunctionScope outer) {
    this.base = base;
    this.outer = outer;
  }

  /** A variable's place: so many functions out, at that index. */
  public record Place(int hops, int index) {}

  public Place place(Variable variable) {
    int hops = 0;
    FunctionScope owner = this;
    while (variable.level() < owner.base && owner.outer != null) {
      owner = owner.outer;
      hops++;
    }
    return new Place(hops, owner.index(variable));
  }

  /** The index of one of its own variables. */
  public int index(Variable variable) {
    Integer index = places.putIfAbsent(variable, places.size());
    return index == null ? places.size() - 1 : index;
  }

  public int size() {
    return places.size();
  }
}
