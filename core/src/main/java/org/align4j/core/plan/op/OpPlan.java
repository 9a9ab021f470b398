package org.align4j.core.plan.op;

import java.util.List;
import java.util.function.Predicate;
import org.align4j.core.graph.PlanNode;
import org.align4j.core.graph.PlanOp;
import org.align4j.core.ops.Ops.Op;
import org.align4j.core.ops.WeightLayout;
import org.align4j.core.plan.layout.GradientSlots.Write;
import org.align4j.core.plan.layout.OpTraits;
import org.align4j.core.plan.layout.Slot;
import org.align4j.core.plan.run.Stage;
import org.jspecify.annotations.Nullable;

/**
 * An op of the plan engine, in one file each: its traits, its forward and its backward stage. The
 * switch of {@link #of} is exhaustive: a new op does not compile before it has a file here.
 */
public abstract class OpPlan implements OpTraits {

  private final PlanOp place;

  OpPlan(PlanOp place) {
    this.place = place;
  }

  /**
   * What an op is to this engine.
   *
   * @param trained whether a parameter has a gradient
   */
  public static OpPlan of(PlanOp place, Predicate<PlanNode> trained) {
    return switch (place.op()) {
      case Op.Embedding<PlanNode> op -> new EmbeddingPlan(place, op);
      case Op.RmsNorm<PlanNode> op -> new RmsNormPlan(place, op);
      case Op.LayerNorm<PlanNode> op -> new LayerNormPlan(place, op);
      case Op.Linear<PlanNode> op -> new LinearPlan(place, op, trained.test(op.weight()));
      case Op.Columns<PlanNode> op -> new ColumnsPlan(place, op);
      case Op.Rope<PlanNode> op -> new RopePlan(place, op);
      case Op.Attention<PlanNode> op -> new AttentionPlan(place, op);
      case Op.SwiGlu<PlanNode> op -> new SwiGluPlan(place, op);
      case Op.GeGlu<PlanNode> op -> new GeGluPlan(place, op);
      case Op.GeluOf<PlanNode> op -> new GeluPlan(place, op);
      case Op.Scale<PlanNode> op -> new ScalePlan(place, op);
      case Op.Add<PlanNode> op -> new AddPlan(place);
    };
  }

  /**
   * A weight as a product or a table reads it.
   *
   * @param gradientColumns of the activations that are packed for its gradient; 0 for none
   */
  public record Weight(PlanNode parameter, WeightLayout layout, int gradientColumns) {

    /** Rows of the right-hand side. */
    public int depth() {
      return layout == WeightLayout.OUT_IN ? parameter.columns() : parameter.rows();
    }

    /** Columns of the right-hand side. */
    public int columns() {
      return layout == WeightLayout.OUT_IN ? parameter.rows() : parameter.columns();
    }
  }

  /** The right-hand side of its product, which is packed; null for none. */
  public @Nullable Weight product() {
    return null;
  }

  /** The table that it looks up, which is packed where it is frozen; null for none. */
  public @Nullable Weight table() {
    return null;
  }

  /** The op and its output, as recorded. */
  final PlanOp place() {
    return place;
  }

  /** Where values lie: in the forward pass, or when they are made again for the backward pass. */
  @FunctionalInterface
  interface Values {
    Slot of(PlanNode x);
  }

  /** Computes the output; what is {@link #cheap} also when it is made again. */
  abstract Stage forward(OpRun run, Values values);

  /**
   * Computes the gradients of inputs and parameters.
   *
   * @param dy gradient of the output
   * @param writes how that of each input is written, in the order of the inputs
   */
  abstract Stage backward(OpRun run, Slot dy, List<Write> writes);
}
