package org.align4j.models.jinja;

import com.google.common.collect.ImmutableList;
import java.time.ZonedDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.align4j.models.jinja.call.Rendering;
import org.align4j.models.jinja.compile.BlockFinder;
import org.align4j.models.jinja.compile.Compiler;
import org.align4j.models.jinja.error.Limits;
import org.align4j.models.jinja.error.TemplateException;
import org.align4j.models.jinja.error.TemplateException.Kind;
import org.align4j.models.jinja.parse.Parser;
import org.align4j.models.jinja.parse.Statement;
import org.align4j.models.jinja.run.Context;
import org.align4j.models.jinja.run.Globals;
import org.align4j.models.jinja.value.Value;
import org.align4j.models.jinja.value.Values;

/**
 * A template as transformers' {@code _compile_jinja_template} understands it: Jinja2 3.1 in its
 * immutable sandbox with {@code trim_blocks}, {@code lstrip_blocks}, {@code break} and {@code
 * continue}, {@code tojson} without escapes for HTML, {@code raise_exception}, {@code strftime_now}
 * and the {@code generation} block. Steps, depth and output are bounded. Immutable.
 */
public final class Template {

  /** A part of a text, in Java's characters: {@code [start,end)}. */
  public record Span(int start, int end) {}

  /**
   * What a template writes.
   *
   * @param generated the parts within {@code generation} blocks, in their order
   */
  public record Rendered(String text, ImmutableList<Span> generated) {}

  private final Compiler.Compiled code;

  private final boolean marksGeneration;

  private Template(List<Statement> statements) {
    this.code = Compiler.compile(statements);
    this.marksGeneration = BlockFinder.generates(statements);
  }

  /** Whether it has a {@code generation} block. */
  public boolean marksGeneration() {
    return marksGeneration;
  }

  /**
   * Reads a template.
   *
   * @throws TemplateException with the line, if it is none, or names a filter or test that does not
   *     exist
   */
  public static Template of(String source) {
    try {
      return new Template(Parser.parse(source));
    } catch (StackOverflowError e) {
      throw TemplateException.of(Kind.RECURSION, "the template is nested too deep");
    }
  }

  /**
   * Renders it.
   *
   * @param bindings values by name: JSON nodes, maps, lists, texts, numbers, truth values; null is
   *     None
   * @param now what {@code strftime_now} tells
   * @throws TemplateException with the line, where Jinja2 has an error
   */
  public Rendered render(Map<String, ?> bindings, ZonedDateTime now) {
    return render(bindings, now, Limits.STEPS);
  }

  Rendered render(Map<String, ?> bindings, ZonedDateTime now, long mostSteps) {
    Map<String, Value> given = new HashMap<>(Globals.ALL);
    bindings.forEach((name, value) -> given.put(name, Values.of(value)));
    Rendering rendering = new Rendering(now, mostSteps);
    try {
      code.root().render(new Context(rendering, code.blocks(), given), rendering.out());
    } catch (StackOverflowError e) {
      throw TemplateException.of(Kind.RECURSION, "rendering goes too deep");
    }
    return new Rendered(
        rendering.out().toString(),
        rendering.generated().stream()
            .map(part -> new Span(part.start(), part.end()))
            .collect(ImmutableList.toImmutableList()));
  }
}
