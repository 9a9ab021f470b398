package org.align4j.models.jinja.compile;

import org.align4j.models.jinja.call.Rendering;
import org.align4j.models.jinja.run.FunctionScope;
import org.align4j.models.jinja.run.FunctionScope.Place;
import org.align4j.models.jinja.run.Symbols;
import org.align4j.models.jinja.run.Symbols.Variable;

/**
 * Where in a template the compiler is.
 *
 * @param soft whether unknown filters and tests are found out when they are used
 * @param loops whether {@code break} and {@code continue} have a loop
 */
record Frame(
    Symbols symbols,
    FunctionScope function,
    boolean topLevel,
    boolean soft,
    boolean loops,
    Escaping escaping) {

  /** Whether values are escaped for markup, as far as the template's text says. */
  enum Escaping {
    OFF,
    ON,
    DECIDED_LATER
  }

  static Frame root(boolean topLevel) {
    return new Frame(
        Symbols.root(), new FunctionScope(0, null), topLevel, false, false, Escaping.OFF);
  }

  /** A scope within, of the same function. */
  Frame inner() {
    return new Frame(symbols.inner(), function, false, false, loops, escaping);
  }

  /** A scope within that is a function. */
  Frame innerFunction() {
    Symbols inner = symbols.inner();
    return new Frame(
        inner, new FunctionScope(inner.level(), function), false, false, false, escaping);
  }

  Frame asSoft() {
    return new Frame(symbols, function, topLevel, true, loops, escaping);
  }

  Frame withLoops(boolean on) {
    return new Frame(symbols, function, topLevel, soft, on, escaping);
  }

  Frame withEscaping(Escaping other) {
    return new Frame(symbols, function, topLevel, soft, loops, other);
  }

  Place place(String name) {
    return function.place(symbols.reference(name));
  }

  /** The index of a variable of the function itself. */
  int index(Variable variable) {
    return function.index(variable);
  }

  /** Whether a text is markup now. */
  boolean escapes(Rendering rendering) {
    return escaping == Escaping.DECIDED_LATER ? rendering.escaping() : escaping == Escaping.ON;
  }
}
