package org.align4j.models.adapter;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Maps;
import java.util.IdentityHashMap;
import java.util.List;
import org.align4j.core.engine.Head;
import org.align4j.core.engine.Inputs;
import org.align4j.core.engine.NetworkDefinition;
import org.align4j.core.ops.Ops;
import org.align4j.core.ops.WeightLayout;

/**
 * A network with a low-rank product beside some of its matrices: {@code x·Wᵀ +
 * ((scale·(x·Aᵀ))·Bᵀ)}. Every engine runs it: it is made of the ops there are.
 */
public final class LoraNetwork implements NetworkDefinition {

  private final NetworkDefinition base;
  private final ImmutableMap<String, LinearModule> modules;
  private final ImmutableMap<String, long[]> shapes;
  private final float scale;

  /**
   * A network.
   *
   * @param modules that have an adapter
   */
  public LoraNetwork(NetworkDefinition base, List<LinearModule> modules, LoraSettings settings) {
    this.base = base;
    this.modules = Maps.uniqueIndex(modules, LinearModule::weight);
    this.scale = settings.scale();
    var all = ImmutableMap.<String, long[]>builder().putAll(base.parameterShapes());
    all.putAll(shapes(modules, settings.rank()));
    this.shapes = all.buildOrThrow();
  }

  /** A network with adapters where settings want them. */
  public static LoraNetwork of(NetworkDefinition base, LoraSettings settings) {
    return new LoraNetwork(base, LoraTargets.of(LinearModule.of(base), settings), settings);
  }

  /** Shapes of the adapters alone, by name. */
  static ImmutableMap<String, long[]> shapes(List<LinearModule> modules, int rank) {
    var shapes = ImmutableMap.<String, long[]>builder();
    for (LinearModule module : modules) {
      shapes.put(module.a(), new long[] {rank, module.in()});
      shapes.put(module.b(), new long[] {module.out(), rank});
    }
    return shapes.buildOrThrow();
  }

  /** The modules that have an adapter. */
  public ImmutableList<LinearModule> modules() {
    return modules.values().asList();
  }

  @Override
  public ImmutableMap<String, long[]> parameterShapes() {
    return shapes;
  }

  @Override
  public int maxPositions() {
    return base.maxPositions();
  }

  @Override
  public <T> Head<T> build(Ops<T> ops, Inputs<T> inputs) {
    return base.build(new AdaptedOps<>(ops), inputs);
  }

  /** Ops that add the low-rank product to the products of the chosen weights. */
  private final class AdaptedOps<T> implements Ops<T> {

    private final Ops<T> ops;
    private final IdentityHashMap<T, LinearModule> adapted = new IdentityHashMap<>();

    AdaptedOps(Ops<T> ops) {
      this.ops = ops;
    }

    @Override
    public T parameter(String name) {
      T node = ops.parameter(name);
      LinearModule module = modules.get(name);
      if (module != null) {
        adapted.put(node, module);
      }
      return node;
    }

    @Override
    public T apply(Op<T> op) {
      T out = ops.apply(op);
      if (!(op instanceof Op.Linear<T> linear)) {
        return out;
      }
      LinearModule module = adapted.get(linear.weight());
      if (module == null) {
        return out;
      }
      T low = ops.linear(linear.x(), ops.parameter(module.a()), null, WeightLayout.OUT_IN);
      T scaled = ops.scale(low, scale);
      return ops.add(out, ops.linear(scaled, ops.parameter(module.b()), null, WeightLayout.OUT_IN));
    }
  }
}
