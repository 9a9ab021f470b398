package org.align4j.cuda.engine.op;

import java.util.List;
import java.util.function.Predicate;
import org.align4j.core.graph.PlanNode;
import org.align4j.core.graph.PlanOp;
import org.align4j.core.ops.Ops.Op;
import org.align4j.core.plan.layout.GradientSlots.Write;
import org.align4j.core.plan.layout.OpTraits;
import org.align4j.core.plan.layout.Slot;
import org.align4j.core.plan.op.OpPlan;

/**
 * An op of the CUDA engine, in one file each: its forward and its backward launches. The switch of
 * {@link #of} is exhaustive: a new op does not compile before it has a file here. Its traits are
 * those of the plan engine, so that buffers lie and gradients add up as there, in the same order.
 */
abstract class OpCuda implements OpTraits {

  private final PlanOp place;
  private final OpTraits traits;

  OpCuda(PlanOp place, Predicate<PlanNode> trained) {
    this.place = place;
    this.traits = OpPlan.of(place, trained);
  }

  /**
   * What an op is to this engine.
   *
   * @param trained whether a parameter has a gradient
   */
  static OpCuda of(PlanOp place, Predicate<PlanNode> trained) {
    return switch (place.op()) {
      case Op.Embedding<PlanNode> op -> new EmbeddingCuda(place, op, trained);
      case Op.RmsNorm<PlanNode> op -> new RmsNormCuda(place, op, trained);
      case Op.LayerNorm<PlanNode> op -> new LayerNormCuda(place, op, trained);
      case Op.Linear<PlanNode> op -> new LinearCuda(place, op, trained);
      case Op.Columns<PlanNode> op -> new ColumnsCuda(place, op, trained);
      case Op.Rope<PlanNode> op -> new RopeCuda(place, op, trained);
      case Op.Attention<PlanNode> op -> new AttentionCuda(place, op, trained);
      case Op.SwiGlu<PlanNode> op -> new SwiGluCuda(place, op, trained);
      case Op.GeGlu<PlanNode> op -> new GeGluCuda(place, op, trained);
      case Op.GeluOf<PlanNode> op -> new GeluCuda(place, op, trained);
      case Op.Scale<PlanNode> op -> new ScaleCuda(place, op, trained);
      case Op.Add<PlanNode> op -> new AddCuda(place, trained);
    };
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

  /** Gets what every pass reads to the device: a pass itself copies nothing. */
  void prepare(OpRun run) {}

  /** Computes the output; what is {@link #cheap} also when it is made again. */
  abstract void forward(OpRun run, Values values);

  /**
   * Computes the gradients of inputs and parameters.
   *
   * @param dy gradient of the output
   * @param writes how that of each input is written, in the order of the inputs
   */
  abstract void backward(OpRun run, Slot dy, List<Write> writes);

  @Override
  public boolean cheap() {
    return traits.cheap();
  }

  @Override
  public boolean inPlace() {
    return traits.inPlace();
  }

  @Override
  public Passing passing() {
    return traits.passing();
  }

  @Override
  public boolean addsGradient() {
    return traits.addsGradient();
  }

  @Override
  public boolean backwardReadsInputs() {
    return traits.backwardReadsInputs();
  }

  @Override
  public boolean backwardReadsOutput() {
    return traits.backwardReadsOutput();
  }

  @Override
  public int statistics() {
    return traits.statistics();
  }

  @Override
  public int backwardScratch() {
    return traits.backwardScratch();
  }
}
