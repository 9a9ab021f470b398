package org.align4j.core.plan.layout;

import static java.util.Comparator.comparingLong;

import com.google.common.collect.ImmutableList;
import java.util.BitSet;
import java.util.function.Function;
import org.align4j.core.graph.Graph;
import org.align4j.core.graph.Liveness;
import org.align4j.core.graph.PlanNode;
import org.align4j.core.graph.PlanOp;
import org.align4j.core.graph.TrainedPaths;

/**
 * The activations that a training pass keeps when all others are recomputed (gradient
 * checkpointing, Chen et al. 2016): some of those that alone carry everything from one part of the
 * graph to the next, in a transformer the residual stream before attention and feed-forward block.
 */
final class Checkpoints {

  private static final ImmutableList<Integer> STRIDES = ImmutableList.of(1, 2, 4, 8);

  private final BitSet kept = new BitSet();

  private Checkpoints(ImmutableList<PlanNode> cuts, int stride) {
    for (int i = 0; i < cuts.size(); i += stride) {
      kept.set(cuts.get(i).id());
    }
  }

  /** The layout of least memory that keeps checkpoints only. */
  static Layout layout(
      Graph graph, Function<PlanOp, ? extends OpTraits> traits, TrainedPaths paths) {
    var liveness = new Liveness(graph);
    ImmutableList<PlanNode> cuts = cuts(liveness);
    return STRIDES.stream()
        .map(stride -> new Layout(graph, liveness, traits, paths, new Checkpoints(cuts, stride)))
        .min(comparingLong(Layout::columns))
        .orElseThrow();
  }

  /** Whether x stays where the forward pass puts it. */
  boolean keeps(PlanNode x) {
    return kept.get(x.id());
  }

  /** Outputs beside which nothing that was made before is read later. */
  private static ImmutableList<PlanNode> cuts(Liveness liveness) {
    ImmutableList.Builder<PlanNode> cuts = ImmutableList.builder();
    int lastRead = 0;
    for (int i = 0; i < liveness.operations().size(); i++) {
      PlanNode out = liveness.operations().get(i).out();
      if (lastRead <= i) {
        cuts.add(out);
      }
      for (int reader : liveness.consumers(out)) {
        lastRead = Math.max(lastRead, reader);
      }
    }
    return cuts.build();
  }
}
