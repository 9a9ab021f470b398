package org.align4j.core.graph;

import java.util.function.Predicate;

/**
 * What of a graph a backward pass has to visit when some parameters are frozen: activations that
 * depend on a trained parameter. Nothing below the first of them is back-propagated.
 */
public final class TrainedPaths {

  private final Predicate<PlanNode> trained;
  private final boolean[] needed;

  /**
   * The paths of a graph.
   *
   * @param trained whether a parameter is trained
   */
  public TrainedPaths(Graph graph, Predicate<PlanNode> trained) {
    this.trained = trained;
    this.needed = new boolean[graph.activations()];
    for (PlanOp op : graph.operations()) {
      needed[op.out().id()] =
          op.op().parameters().stream().anyMatch(trained)
              || op.inputs().stream().anyMatch(this::needsGradient);
    }
  }

  /** Whether a gradient of this activation is of use to anybody. */
  public boolean needsGradient(PlanNode activation) {
    return needed[activation.id()];
  }

  /** Whether a parameter is trained. */
  public boolean trains(PlanNode parameter) {
    return trained.test(parameter);
  }
}
