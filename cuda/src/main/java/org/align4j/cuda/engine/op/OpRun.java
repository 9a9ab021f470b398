package org.align4j.cuda.engine.op;

import static com.google.common.base.Preconditions.checkState;

import java.util.HashMap;
import java.util.Map;
import org.align4j.core.graph.PlanNode;
import org.align4j.core.graph.PlanOp;
import org.align4j.core.ops.Heads;
import org.align4j.core.plan.layout.Layout;
import org.align4j.core.plan.layout.Slot;
import org.align4j.core.runtime.Precision;
import org.align4j.cuda.engine.run.CudaBatch;
import org.align4j.cuda.engine.run.CudaWeights;
import org.align4j.cuda.engine.run.RopeTables;
import org.align4j.cuda.kernel.CudaKernels;
import org.align4j.cuda.kernel.DeviceMatrix;
import org.align4j.cuda.kernel.Form;
import org.align4j.cuda.kernel.Weight;
import org.jspecify.annotations.Nullable;

/** What the ops of a plan share, and the launches that many of them are made of. */
final class OpRun {

  private final CudaContext context;
  private final Layout layout;
  private final @Nullable CachedAttention cache;
  private final Map<Heads, HeadPadding> paddings = new HashMap<>();
  private long arena;
  private int capacity;

  OpRun(CudaContext context, Layout layout, @Nullable CachedAttention cache) {
    this.context = context;
    this.layout = layout;
    this.cache = cache;
  }

  /** The arena has moved. */
  void bind(long address, int tokens) {
    arena = address;
    capacity = tokens;
    paddings.values().forEach(padding -> padding.reserve(tokens));
  }

  /** Says that there are heads that kernels do not take; before the first batch. */
  void pads(Heads heads) {
    paddings.computeIfAbsent(heads, key -> new HeadPadding(context.device(), key));
  }

  /** Room for heads that kernels do not take. */
  HeadPadding padding(Heads heads) {
    HeadPadding found = paddings.get(heads);
    checkState(found != null, "nobody announced %s", heads);
    return found;
  }

  void close() {
    paddings.values().forEach(HeadPadding::close);
  }

  CudaKernels kernels() {
    return context.kernels();
  }

  CudaWeights weights() {
    return context.weights();
  }

  CudaBatch batch() {
    return context.batch();
  }

  RopeTables ropes() {
    return context.ropes();
  }

  Precision precision() {
    return context.precision();
  }

  /** Keys and values of earlier tokens; null but in a decoder. */
  @Nullable CachedAttention cache() {
    return cache;
  }

  /** Where the backward pass finds x. */
  Slot backwardValue(PlanNode x) {
    return layout.backwardValue(x);
  }

  /** See {@link Layout#statistics}. */
  @Nullable Slot statistics(PlanOp op) {
    return layout.statistics(op);
  }

  /** See {@link Layout#scratch}; the op has asked for it. */
  Slot scratch(PlanOp op) {
    Slot slot = layout.scratch(op);
    checkState(slot != null, "%s asked for no scratch memory", op);
    return slot;
  }

  /** Tokens of the batch. */
  int rows() {
    return context.batch().rows();
  }

  /** The rows of the batch of a slot. */
  DeviceMatrix matrix(Slot slot) {
    return matrix(slot, rows());
  }

  /** The first rows of a slot. */
  DeviceMatrix matrix(Slot slot, int rows) {
    checkState(rows <= capacity, "%s rows, and room for %s", rows, capacity);
    long columnsBefore = slot.storage().offset() * capacity;
    return new DeviceMatrix(
        arena + Float.BYTES * (columnsBefore + slot.from()),
        rows,
        slot.columns(),
        slot.storage().columns());
  }

  /** {@code c = a · b}, or added to c. */
  void product(Form form, DeviceMatrix a, Weight b, long bias, DeviceMatrix c, boolean add) {
    kernels().products().product(form, precision(), a, b, bias, c, c.rows(), add);
  }

  /** Copies rows. */
  void copy(Slot from, Slot to) {
    kernels().rows().copyRows(matrix(from), matrix(to), rows(), to.columns());
  }

  /** Adds rows. */
  void accumulate(Slot from, Slot to) {
    accumulate(matrix(from), matrix(to));
  }

  /** Adds rows. */
  void accumulate(DeviceMatrix from, DeviceMatrix to) {
    kernels().rows().addRows(to, from, to, rows(), from.columns());
  }

  /** Sets the rows of the batch to zero. */
  void zero(Slot slot) {
    kernels().rows().zeroRows(matrix(slot), rows(), slot.columns());
  }
}
