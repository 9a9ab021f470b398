package org.align4j.models.jinja.call;

import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import org.align4j.models.jinja.error.Limits;
import org.align4j.models.jinja.error.TemplateException;
import org.align4j.models.jinja.error.TemplateException.Kind;
import org.align4j.models.jinja.value.Dict;
import org.align4j.models.jinja.value.ListValue;
import org.align4j.models.jinja.value.Str;
import org.align4j.models.jinja.value.TupleValue;
import org.align4j.models.jinja.value.Value;

/** One rendering of a template: what it has written, and how much it has used up. */
public final class Rendering {

  /** A part of what is written, in Java's characters: {@code [start,end)}. */
  public record TextRange(int start, int end) {}

  private final ZonedDateTime now;
  private final StringBuilder out = new StringBuilder();
  private final List<TextRange> generated = new ArrayList<>();
  private final long mostSteps;
  private long steps;
  private int calls;
  private boolean escaping;

  public Rendering(ZonedDateTime now, long mostSteps) {
    this.now = now;
    this.mostSteps = mostSteps;
  }

  public ZonedDateTime now() {
    return now;
  }

  /** What has been written. */
  public StringBuilder out() {
    return out;
  }

  public List<TextRange> generated() {
    return generated;
  }

  /** Notes that a text of the assistant's comes next. */
  public void generated(int length) {
    generated.add(new TextRange(out.length(), out.length() + length));
  }

  /** Whether values are escaped for markup where it is decided now. */
  public boolean escaping() {
    return escaping;
  }

  public void escaping(boolean on) {
    escaping = on;
  }

  /** Text, as markup where values are escaped. */
  public Str marked(String text) {
    return new Str(text, escaping);
  }

  /** Counts a step. */
  public void step() {
    steps(1);
  }

  private void steps(long count) {
    steps += count;
    if (steps > mostSteps) {
      throw TemplateException.of(
          Kind.LIMIT, "rendering takes more than %s steps: does a loop not end?", mostSteps);
    }
  }

  /** Counts what making a value took. */
  public Value made(Value value) {
    steps(
        switch (value) {
          case Str text -> 1 + text.value().length() / 64;
          case ListValue list -> 1 + list.length() / 4;
          case TupleValue tuple -> 1 + tuple.length() / 4;
          case Dict dict -> 1 + dict.length() / 4;
          default -> 1;
        });
    return value;
  }

  /** Begins a macro or a recursive loop's inner round. */
  public void enter() {
    if (++calls > Limits.CALLS) {
      throw TemplateException.of(
          Kind.RECURSION, "macros or recursive loops are more than %s deep", Limits.CALLS);
    }
  }

  public void leave() {
    calls--;
  }
}
