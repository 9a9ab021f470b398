package org.align4j.models.jinja.run;

import org.align4j.models.jinja.call.Function;
import org.align4j.models.jinja.run.Code.Action;
import org.align4j.models.jinja.value.Value;

/** A block of a template, which is rendered where it stands and by {@code self.name()}. */
public record BlockCode(FunctionScope scope, Action body) {

  public void render(Context context, StringBuilder out) {
    body.run(new Locals(context, null, scope.size()), out);
  }

  /** {@code self}: the blocks by their names. */
  public record Self(Context context) implements Value {

    @Override
    public String type() {
      return "TemplateReference";
    }

    @Override
    public String repr() {
      return "<TemplateReference None>";
    }

    @Override
    public @org.jspecify.annotations.Nullable Value item(Value key) {
      BlockCode block = context.blocks().get(key.text());
      return block == null
          ? null
          : new Function(
              key.text(),
              (rendering, arguments) -> {
                arguments.positional(key.text(), 0, 0);
                rendering.enter();
                StringBuilder out = new StringBuilder();
                block.render(context, out);
                rendering.leave();
                return rendering.marked(out.toString());
              });
    }
  }
}
