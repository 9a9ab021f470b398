package org.align4j.models.jinja.run;

import java.util.HashMap;
import java.util.Map;
import org.align4j.models.jinja.call.Rendering;
import org.align4j.models.jinja.value.Value;
import org.jspecify.annotations.Nullable;

/**
 * The names that a template was given, and those that it has set outside of all loops and macros.
 */
public final class Context {

  private final Rendering rendering;
  private final Map<String, BlockCode> blocks;
  private final Map<String, Value> given;
  private final Map<String, Value> own = new HashMap<>();

  public Context(Rendering rendering, Map<String, BlockCode> blocks, Map<String, Value> given) {
    this.rendering = rendering;
    this.blocks = blocks;
    this.given = given;
  }

  Rendering rendering() {
    return rendering;
  }

  /** Blocks of the template by name. */
  Map<String, BlockCode> blocks() {
    return blocks;
  }

  public @Nullable Value resolve(String name) {
    Value found = own.get(name);
    return found == null ? given.get(name) : found;
  }

  public void export(String name, Value value) {
    own.put(name, value);
  }

  /** What a scoped block sees: these names and the local ones. */
  public Context derived(Map<String, Value> locals) {
    Map<String, Value> all = new HashMap<>(given);
    all.putAll(own);
    all.putAll(locals);
    return new Context(rendering, blocks, all);
  }
}
