package org.align4j.core.plan.head;

import static com.google.common.base.Preconditions.checkArgument;

import org.align4j.core.engine.Head;
import org.align4j.core.graph.PlanNode;
import org.align4j.core.kernel.HeadKernels;
import org.align4j.core.kernel.Kernels;
import org.align4j.core.kernel.PackedMatrix;
import org.align4j.core.kernel.Panels;
import org.align4j.core.kernel.Scratch;
import org.align4j.core.kernel.Task;
import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.kernel.memory.NativeFloats;
import org.align4j.core.kernel.memory.NativeMemory;
import org.align4j.core.ops.WeightLayout;
import org.align4j.core.plan.run.Bound;
import org.align4j.core.plan.run.PackedRows;
import org.align4j.core.plan.run.Stage;
import org.jspecify.annotations.Nullable;

/**
 * Log-prob and entropy of labels, the vocabulary in slices of {@link HeadKernels#SLICE}: only
 * {@code [rows, SLICE]} logits are needed at a time. The backward pass makes them again where the
 * forward pass did not keep them.
 */
public final class LanguageHead implements PlanHead {

  /** Labelled rows at once. */
  public static final int BLOCK = 1024;

  private final Stage.Context context;
  private final Kernels kernels;
  private final int vocabulary;
  private final int columns;
  private final int slices;
  private final Panels weight;
  private final Panels[] sliceWeights;
  private final NativeMemory memory = new NativeMemory();
  private final boolean trained;
  private final PackedRows packedHidden;
  private final SavedLogits keptLogits;
  private final Task gather = this::gatherTile;
  private final Task logitsTask = this::logitsTile;
  private final Task statisticsTask = this::statisticsTile;
  private final Task combineTask = this::combineTile;
  private final Task gradientTask = this::gradientTile;
  private final Task packTask = this::packTile;
  private final Task hiddenTask = this::hiddenTile;
  private final Task weightTask = this::weightTile;
  private final Task scatterTask = this::scatterTile;

  private final PlanNode table;
  private Matrix[] sliceRows = new Matrix[0];
  private Matrix[] sliceGradients = new Matrix[0];
  private @Nullable HeadBlock block;
  private final Bound<PackedMatrix> hiddenPanels = new Bound<>("panels of hidden states");
  private final PackedMatrix transposed;
  private final @Nullable PackedMatrix transposedTail;
  private final Bound<Matrix> hidden = new Bound<>("hidden states");
  private final Bound<Matrix> dHidden = new Bound<>("gradients of hidden states");
  private float @Nullable [] dEntropy;
  private float temperature;
  private int count;
  private int slice;
  private boolean blockKept;
  private final Bound<Matrix> sliceLogits = new Bound<>("logits");

  /**
   * A head.
   *
   * @param keptBytes for kept logits; 144 MiB hold all slices of 768 rows and 49,152 ids, or 36 of
   *     the 48 of a block
   */
  public LanguageHead(Stage.Context context, Head.Language<PlanNode> head, long keptBytes) {
    this.context = context;
    this.kernels = context.kernels();
    this.vocabulary = head.weight().rows();
    this.columns = head.weight().columns();
    this.slices = HeadKernels.slices(vocabulary);
    this.weight = context.weights().packed(head.weight(), WeightLayout.OUT_IN);
    this.sliceWeights = new Panels[slices];
    this.table = head.weight();
    this.trained = context.weights().trains(table);
    for (int s = 0; s < slices; s++) {
      int from = s * HeadKernels.SLICE;
      sliceWeights[s] = weight.columns(from, Math.min(vocabulary, from + HeadKernels.SLICE));
    }
    this.keptLogits = new SavedLogits(memory, vocabulary, keptBytes / Float.BYTES);
    this.packedHidden = new PackedRows(kernels, context.threads(), memory, columns);
    int tail = vocabulary - (slices - 1) * HeadKernels.SLICE;
    int full = Math.min(vocabulary, HeadKernels.SLICE);
    NativeFloats panels = memory.allocate(kernels.products().packedLength(full, columns));
    this.transposed = kernels.products().packed(panels, full, columns);
    this.transposedTail = tail == full ? null : kernels.products().packed(panels, tail, columns);
  }

  /** A network's head, which must be this. */
  public static LanguageHead of(PlanHead head, String network) {
    checkArgument(
        head instanceof LanguageHead, "the %s has a scalar head: it has no distribution", network);
    return (LanguageHead) head;
  }

  /** Ids of the vocabulary. */
  public int vocabulary() {
    return vocabulary;
  }

  /** Slices of the vocabulary. */
  public int slices() {
    return slices;
  }

  /** All of the head, {@code [D, V]}, for a decoder that wants every logit. */
  public Panels weight() {
    return weight;
  }

  /** Log-prob of a label: one formula for scoring and sampling. */
  public static float logProb(float logit, float temperature, float logSumExp) {
    return logit / temperature - logSumExp;
  }

  @Override
  public void forward(
      Matrix from,
      int[] rows,
      int[] labels,
      int total,
      float atTemperature,
      HeadResults results,
      boolean keep) {
    hidden.set(from);
    temperature = atTemperature;
    for (int start = 0; start < total; start += BLOCK) {
      HeadBlock m = begin(rows, labels, start, Math.min(BLOCK, total - start));
      blockKept = keep && start == 0;
      if (blockKept) {
        keptLogits.begin(count);
      }
      for (slice = 0; slice < slices; slice++) {
        useLogits(m, blockKept);
        run(logitsTask, kernels.products().productTiles(count, sliceWeights[slice]), 1);
        run(statisticsTask, count, 16);
        pickLabels(m);
      }
      run(combineTask, count, 64);
      m.logSumExp().copyTo(results.logSumExp(), start, count);
      m.entropy().copyTo(results.entropy(), start, count);
      for (int n = 0; n < count; n++) {
        results.outputs()[start + n] =
            logProb(m.labelLogits()[n], temperature, results.logSumExp()[start + n]);
      }
    }
  }

  private void pickLabels(HeadBlock m) {
    int from = slice * HeadKernels.SLICE;
    Matrix logits = sliceLogits.get();
    for (int n = 0; n < count; n++) {
      int column = m.labels()[n] - from;
      if (column >= 0 && column < logits.columns()) {
        m.labelLogits()[n] = logits.get(n, column);
      }
    }
  }

  @Override
  public void backward(
      Matrix from,
      int[] rows,
      int[] labels,
      int total,
      float atTemperature,
      HeadCoefficients coefficients,
      Matrix target,
      int @Nullable [] kept) {
    hidden.set(from);
    temperature = atTemperature;
    float[] entropyCoefficients = coefficients.dEntropy();
    int first = kept == null ? 0 : HeadBlock.ofFirst(kept, total);
    for (int start = 0; start < total; start += count) {
      boolean ofFirst = start == 0 && first > 0;
      HeadBlock m = begin(rows, labels, start, ofFirst ? first : Math.min(BLOCK, total - start));
      m.logSumExp().copyFrom(coefficients.logSumExp(), start, count);
      m.entropy().copyFrom(coefficients.entropy(), start, count);
      System.arraycopy(coefficients.dOutputs(), start, m.dOutputs(), 0, count);
      dEntropy = null;
      if (entropyCoefficients != null) {
        System.arraycopy(entropyCoefficients, start, m.dEntropy(), 0, count);
        dEntropy = m.dEntropy();
      }
      blockKept =
          kept != null && start == 0 && keptLogits.narrow(kernels, context.threads(), kept, count);
      beginGradients(target);
      for (int s = 0; s < slices; s++) {
        var _ = logits(s);
        run(gradientTask, count, 16);
        addGradients();
      }
      endGradients();
    }
    keptLogits.clear();
  }

  /**
   * Logits {@code [rows, slice]} of the block at hand: kept, or made again. Valid until the next
   * call.
   */
  Matrix logits(int s) {
    slice = s;
    if (!useLogits(block(), blockKept)) {
      run(logitsTask, kernels.products().productTiles(count, sliceWeights[slice]), 1);
    }
    return sliceLogits.get();
  }

  /** Of the block at hand, after its forward pass. */
  NativeFloats logSumExp() {
    return block().logSumExp();
  }

  /** Gradients of the block at hand follow, slice by slice. */
  void beginGradients(Matrix target) {
    dHidden.set(target);
    if (trained && sliceRows.length == 0) {
      sliceRows = slices(context.weights().matrix(table));
      sliceGradients = slices(context.weights().gradientMatrix(table));
    }
    if (trained) {
      hiddenPanels.set(packedHidden.of(block().hidden(), count));
    }
  }

  /** Adds what the slice of {@link #logits(int)}, now a gradient, does to weights and hidden. */
  void addGradients() {
    if (trained) {
      run(
          weightTask,
          kernels.products().productTiles(sliceGradients[slice].rows(), hiddenPanels.get()),
          1);
    }
    PackedMatrix panels = transposed();
    run(packTask, panels.panels(), 1);
    run(hiddenTask, kernels.products().productTiles(count, panels), 1);
  }

  /** Adds the hidden gradient of the block to that of all rows. */
  void endGradients() {
    run(scatterTask, columns, Stage.Context.columnTile(columns));
  }

  /** Gives back the memory of kept logits: decoding wants it for its cache. */
  public void releaseKept() {
    keptLogits.release();
  }

  /** Chooses the memory of the slice's logits; answers whether it is that of kept ones. */
  private boolean useLogits(HeadBlock m, boolean kept) {
    Matrix keptSlice = kept ? keptLogits.slice(slice) : null;
    Matrix made = slice == slices - 1 ? m.lastLogits() : m.logits();
    sliceLogits.set(keptSlice != null ? keptSlice : made);
    return keptSlice != null;
  }

  private Matrix[] slices(Matrix whole) {
    Matrix[] parts = new Matrix[slices];
    for (int s = 0; s < slices; s++) {
      int from = s * HeadKernels.SLICE;
      parts[s] = whole.rows(from, Math.min(vocabulary, from + HeadKernels.SLICE));
    }
    return parts;
  }

  private void run(Task task, int items, int tile) {
    context.threads().run(task, items, tile);
  }

  private HeadBlock begin(int[] rows, int[] labels, int start, int rowCount) {
    HeadBlock m = block;
    if (m == null || m.capacity() < rowCount) {
      if (m != null) {
        memory.free(m.all());
      }
      m = HeadBlock.allocate(memory, (rowCount + 15) / 16 * 16, columns, vocabulary);
      block = m;
    }
    count = rowCount;
    System.arraycopy(rows, start, m.rows(), 0, count);
    System.arraycopy(labels, start, m.labels(), 0, count);
    run(gather, count, Stage.Context.rowTile(columns));
    return m;
  }

  private HeadBlock block() {
    if (block == null) {
      throw new IllegalStateException("the head has no memory yet");
    }
    return block;
  }

  private PackedMatrix transposed() {
    return slice == slices - 1 && transposedTail != null ? transposedTail : transposed;
  }

  private void gatherTile(int from, int to, Scratch scratch) {
    kernels.rows().gatherRows(hidden.get(), block().rows(), block().hidden(), from, to);
  }

  private void logitsTile(int from, int to, Scratch scratch) {
    HeadBlock m = block();
    kernels
        .products()
        .product(
            m.hidden(),
            count,
            sliceWeights[slice],
            null,
            sliceLogits.get(),
            false,
            from,
            to,
            scratch);
  }

  private void statisticsTile(int from, int to, Scratch scratch) {
    HeadBlock m = block();
    kernels
        .heads()
        .sliceStatistics(sliceLogits.get(), temperature, m.statistics(), slice, from, to, scratch);
  }

  private void combineTile(int from, int to, Scratch scratch) {
    HeadBlock m = block();
    kernels.heads().combineStatistics(m.statistics(), slices, m.logSumExp(), m.entropy(), from, to);
  }

  private void gradientTile(int from, int to, Scratch scratch) {
    HeadBlock m = block();
    HeadKernels.LogitsGradient gradient =
        new HeadKernels.LogitsGradient(
            m.labels(), temperature, m.logSumExp(), m.entropy(), m.dOutputs(), dEntropy);
    kernels
        .heads()
        .logitsGradient(sliceLogits.get(), slice * HeadKernels.SLICE, gradient, from, to);
  }

  private void weightTile(int from, int to, Scratch scratch) {
    Matrix gradient = sliceGradients[slice];
    kernels
        .products()
        .transposedProduct(
            sliceLogits.get(),
            gradient.rows(),
            hiddenPanels.get(),
            gradient,
            true,
            from,
            to,
            scratch);
  }

  private void packTile(int from, int to, Scratch scratch) {
    if (trained) {
      kernels.products().pack(sliceRows[slice], WeightLayout.IN_OUT, transposed(), from, to);
    } else {
      kernels.products().packTransposed(sliceWeights[slice], transposed(), from, to, scratch);
    }
  }

  private void hiddenTile(int from, int to, Scratch scratch) {
    HeadBlock m = block();
    kernels
        .products()
        .product(
            sliceLogits.get(),
            count,
            transposed(),
            null,
            m.dHidden(),
            slice > 0,
            from,
            to,
            scratch);
  }

  private void scatterTile(int from, int to, Scratch scratch) {
    HeadBlock m = block();
    kernels.rows().scatterAddRows(m.dHidden(), m.rows(), count, dHidden.get(), from, to);
  }

  @Override
  public void close() {
    memory.close();
  }
}
