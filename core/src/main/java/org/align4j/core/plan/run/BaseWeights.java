package org.align4j.core.plan.run;

import com.google.common.collect.ImmutableList;
import java.util.HashMap;
import java.util.Map;
import org.align4j.core.engine.FrozenWeights;
import org.align4j.core.graph.PlanNode;
import org.align4j.core.kernel.Kernels;
import org.align4j.core.kernel.PackedMatrix;
import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.kernel.memory.NativeFloats;
import org.align4j.core.kernel.memory.NativeMemory;
import org.align4j.core.ops.WeightLayout;
import org.align4j.core.runtime.Resources;
import org.align4j.core.tensor.Parameters;

/** Frozen weights of the plan engine: packed once, whatever number of networks multiply by them. */
public final class BaseWeights implements FrozenWeights {

  private final Parameters parameters;
  private final Resources resources;
  private final NativeMemory memory = new NativeMemory();
  private final Map<String, PackedMatrix> packed = new HashMap<>();

  /** Takes over parameters. */
  public BaseWeights(Parameters parameters, Resources resources) {
    this.parameters = parameters;
    this.resources = resources;
  }

  @Override
  public ImmutableList<String> names() {
    return parameters.names();
  }

  /** The parameters. */
  public Parameters parameters() {
    return parameters;
  }

  /** All values of a parameter, in place. */
  NativeFloats floats(PlanNode parameter) {
    return NativeFloats.of(parameters.get(parameter.name()));
  }

  /** The right-hand side of {@code y = x · W}. */
  PackedMatrix packed(PlanNode weight, WeightLayout layout) {
    return packed.computeIfAbsent(weight.name() + ' ' + layout, key -> pack(weight, layout));
  }

  private PackedMatrix pack(PlanNode weight, WeightLayout layout) {
    boolean outIn = layout == WeightLayout.OUT_IN;
    int depth = outIn ? weight.columns() : weight.rows();
    int columns = outIn ? weight.rows() : weight.columns();
    Kernels kernels = resources.kernels();
    Matrix source = floats(weight).matrix(weight.columns());
    PackedMatrix target =
        kernels
            .products()
            .packed(
                memory.allocate(kernels.products().packedLength(depth, columns)), depth, columns);
    resources
        .threads()
        .run(
            (from, to, scratch) -> kernels.products().pack(source, layout, target, from, to),
            target.panels(),
            4);
    return target;
  }

  @Override
  public void close() {
    memory.close();
    parameters.close();
  }
}
