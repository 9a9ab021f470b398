package org.align4j.cuda.engine.op;

import org.align4j.core.graph.PlanNode;
import org.align4j.core.ops.Heads;
import org.align4j.core.ops.Ops.Op;
import org.align4j.cuda.kernel.DeviceMatrix;

/**
 * What a decoder's attentions do: keep keys and values, and attend to those of earlier tokens. A
 * pass may be recorded: nothing waits here, and buffers keep their addresses.
 */
@FunctionalInterface
public interface CachedAttention {

  /**
   * Computes {@code out}.
   *
   * @param op of the graph, the same object in every pass
   * @param heads what the operands hold: those of the op, or wider ones ({@link HeadPadding#wide})
   */
  void attend(
      Op.Attention<PlanNode> op,
      Heads heads,
      DeviceMatrix q,
      DeviceMatrix k,
      DeviceMatrix v,
      DeviceMatrix out);
}
