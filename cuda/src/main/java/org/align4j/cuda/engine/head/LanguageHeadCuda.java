package org.align4j.cuda.engine.head;

import static com.google.common.base.Preconditions.checkArgument;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.align4j.core.engine.Head;
import org.align4j.core.graph.PlanNode;
import org.align4j.core.kernel.HeadKernels;
import org.align4j.core.plan.head.PlanHead.HeadCoefficients;
import org.align4j.core.plan.head.PlanHead.HeadResults;
import org.align4j.cuda.driver.Device;
import org.align4j.cuda.engine.op.CudaContext;
import org.align4j.cuda.engine.run.DeviceBuffer;
import org.align4j.cuda.engine.run.RowGroups;
import org.align4j.cuda.kernel.DeviceMatrix;
import org.align4j.cuda.kernel.Form;
import org.align4j.cuda.kernel.Heads;
import org.align4j.cuda.kernel.Products;
import org.align4j.cuda.kernel.Weight;

/**
 * Log-prob and entropy of labels, the vocabulary in slices of {@link HeadKernels#SLICE}, some of
 * them at a time; the backward pass makes the logits again. Sums go along the vocabulary in its
 * order, so that neither the number of slices at a time nor that of rows changes a bit.
 */
public final class LanguageHeadCuda implements CudaHead {

  /** Labelled rows at once. */
  public static final int BLOCK = 1024;

  /** Slices of the vocabulary at once: 64 MiB of logits. */
  public static final int SLICES_AT_ONCE = 16;

  private final CudaContext context;
  private final Heads kernels;
  private final Products products;
  private final PlanNode table;
  private final int vocabulary;
  private final int columns;
  private final DeviceBuffer rowIndex;
  private final DeviceBuffer labelIds;
  private final DeviceBuffer labelLogits;
  private final DeviceBuffer results;
  private final DeviceBuffer coefficients;
  private final DeviceBuffer block;
  private final RowGroups groups;
  private float[] host = new float[0];

  /** A head. */
  public LanguageHeadCuda(CudaContext context, Head.Language<PlanNode> head) {
    Device device = context.device();
    this.context = context;
    this.kernels = context.kernels().heads();
    this.products = context.kernels().products();
    this.table = head.weight();
    this.vocabulary = table.rows();
    this.columns = table.columns();
    this.rowIndex = new DeviceBuffer(device);
    this.labelIds = new DeviceBuffer(device);
    this.labelLogits = new DeviceBuffer(device);
    this.results = new DeviceBuffer(device);
    this.coefficients = new DeviceBuffer(device);
    this.block = new DeviceBuffer(device);
    this.groups = new RowGroups(device);
    var _ = weight();
  }

  /** Ids of the vocabulary. */
  public int vocabulary() {
    return vocabulary;
  }

  /** All of the head, {@code [V, D]}, for a decoder that wants every logit. */
  public Weight weight() {
    return context.weights().matrix(table);
  }

  /** Bytes that a block of rows takes. */
  public static long bytes(int vocabulary, int columns) {
    return Float.BYTES * BLOCK * floatsPerRow(vocabulary, columns);
  }

  private static long floatsPerRow(int vocabulary, int columns) {
    return 2L * columns + wide(vocabulary) + 3L * HeadKernels.slices(vocabulary);
  }

  private static int wide(int vocabulary) {
    return Math.min(vocabulary, SLICES_AT_ONCE * HeadKernels.SLICE);
  }

  /** A network's head, which must be this. */
  public static LanguageHeadCuda of(CudaHead head, String network) {
    checkArgument(
        head instanceof LanguageHeadCuda,
        "the %s has a scalar head: it has no distribution",
        network);
    return (LanguageHeadCuda) head;
  }

  /** Buffers of a block of rows. */
  record Block(
      DeviceMatrix hidden, DeviceMatrix dHidden, DeviceMatrix logits, DeviceMatrix statistics) {}

  /** A block of these hidden states, at the first of so many row numbers. */
  Block gathered(DeviceMatrix hidden, long rows, int count) {
    Block m = block(count);
    context.kernels().rows().gatherRows(hidden, rows, m.hidden, count, columns);
    return m;
  }

  /** A block of all these hidden states, where they are. */
  Block over(DeviceMatrix hidden) {
    Block m = block(hidden.rows());
    return new Block(hidden, m.dHidden, m.logits, m.statistics);
  }

  private Block block(int count) {
    int wide = wide(vocabulary);
    int slices = HeadKernels.slices(vocabulary);
    // Whole rows of 16 keep every buffer aligned for wide loads.
    long room = (count + 15L) / 16 * 16;
    long at = block.reserve(Float.BYTES * room * floatsPerRow(vocabulary, columns));
    DeviceMatrix hidden = DeviceMatrix.dense(at, count, columns);
    at += Float.BYTES * room * columns;
    DeviceMatrix dHidden = DeviceMatrix.dense(at, count, columns);
    at += Float.BYTES * room * columns;
    DeviceMatrix logits = DeviceMatrix.dense(at, count, wide);
    at += Float.BYTES * room * wide;
    return new Block(hidden, dHidden, logits, DeviceMatrix.dense(at, count, 3 * slices));
  }

  @Override
  public void forward(
      DeviceMatrix hidden,
      int[] rows,
      int[] labels,
      int count,
      float temperature,
      HeadResults answers) {
    if (count == 0) {
      return;
    }
    long index = rowIndex.set(rows, count);
    long ids = labelIds.set(labels, count);
    long bytes = (long) Float.BYTES * count;
    long outputs = results.reserveMore(3 * bytes);
    long entropy = outputs + bytes;
    long logSumExp = entropy + bytes;
    long chosen = labelLogits.reserveMore(bytes);
    int slices = HeadKernels.slices(vocabulary);
    for (int start = 0; start < count; start += BLOCK) {
      int size = Math.min(BLOCK, count - start);
      long skip = (long) Float.BYTES * start;
      Block m = gathered(hidden, index + skip, size);
      for (int slice = 0; slice < slices; slice += SLICES_AT_ONCE) {
        DeviceMatrix logits = logits(m, slice);
        int wide = logits.columns();
        int column = slice * HeadKernels.SLICE;
        kernels.sliceStatistics(logits, wide, temperature, m.statistics, slice, size);
        kernels.labelLogits(logits, column, wide, ids + skip, chosen + skip, size);
      }
      kernels.combineStatistics(m.statistics, slices, logSumExp + skip, entropy + skip, size);
    }
    kernels.logProbs(chosen, temperature, logSumExp, outputs, count);
    read(count, answers);
  }

  private void read(int count, HeadResults answers) {
    if (host.length < 3 * count) {
      host = new float[3 * count];
    }
    context
        .device()
        .read(results.address(), MemorySegment.ofArray(host).asSlice(0, 3L * Float.BYTES * count));
    System.arraycopy(host, 0, answers.outputs(), 0, count);
    System.arraycopy(host, count, answers.entropy(), 0, count);
    System.arraycopy(host, 2 * count, answers.logSumExp(), 0, count);
  }

  /** Log-sum-exp and entropy, floats, of a block's rows. */
  void statistics(Block m, float temperature, long logSumExp, long entropy) {
    int slices = HeadKernels.slices(vocabulary);
    int rows = m.hidden.rows();
    for (int slice = 0; slice < slices; slice += SLICES_AT_ONCE) {
      DeviceMatrix logits = logits(m, slice);
      kernels.sliceStatistics(logits, logits.columns(), temperature, m.statistics, slice, rows);
    }
    kernels.combineStatistics(m.statistics, slices, logSumExp, entropy, rows);
  }

  /** Logits of some slices from this one on, up to {@link #SLICES_AT_ONCE}. */
  DeviceMatrix logits(Block m, int slice) {
    Weight some = slices(slice);
    DeviceMatrix logits = m.logits.columns(0, some.rows());
    products.product(Form.NT, context.precision(), m.hidden, some, 0, logits, logits.rows(), false);
    return logits;
  }

  private Weight slices(int slice) {
    int from = slice * HeadKernels.SLICE;
    return weight().rows(from, Math.min(vocabulary, from + SLICES_AT_ONCE * HeadKernels.SLICE));
  }

  @Override
  public void backward(
      DeviceMatrix hidden,
      int[] rows,
      int[] labels,
      int count,
      float temperature,
      HeadCoefficients given,
      DeviceMatrix target) {
    long index = rowIndex.set(rows, count);
    long ids = labelIds.set(labels, count);
    long bytes = (long) Float.BYTES * count;
    long dLogProb = upload(given, count);
    long logSumExp = dLogProb + bytes;
    long entropy = logSumExp + bytes;
    long dEntropy = given.dEntropy() == null ? 0 : entropy + bytes;
    for (int start = 0; start < count; start += BLOCK) {
      int size = Math.min(BLOCK, count - start);
      long skip = (long) Float.BYTES * start;
      Block m = gathered(hidden, index + skip, size);
      for (int slice = 0; slice < HeadKernels.slices(vocabulary); slice += SLICES_AT_ONCE) {
        DeviceMatrix logits = logits(m, slice);
        kernels.logitsGradient(
            logits,
            slice * HeadKernels.SLICE,
            logits.columns(),
            ids + skip,
            temperature,
            logSumExp + skip,
            entropy + skip,
            dLogProb + skip,
            dEntropy == 0 ? 0 : dEntropy + skip,
            size);
        addGradients(m, logits, slice);
      }
      addHidden(m, Arrays.copyOfRange(rows, start, start + size), target);
    }
  }

  /** Adds a block's gradient to that of all rows. */
  void addHidden(Block m, int[] rows, DeviceMatrix target) {
    groups.set(rows, rows.length);
    groups.add(context.kernels().rows(), m.dHidden, target);
  }

  private long upload(HeadCoefficients given, int count) {
    float[] entropies = given.dEntropy();
    int parts = entropies == null ? 3 : 4;
    if (host.length < parts * count) {
      host = new float[parts * count];
    }
    System.arraycopy(given.dOutputs(), 0, host, 0, count);
    System.arraycopy(given.logSumExp(), 0, host, count, count);
    System.arraycopy(given.entropy(), 0, host, 2 * count, count);
    if (entropies != null) {
      System.arraycopy(entropies, 0, host, 3 * count, count);
    }
    return coefficients.set(host, parts * count);
  }

  /** What the gradient of some logits does to the weight and to the hidden states. */
  void addGradients(Block m, DeviceMatrix dLogits, int slice) {
    if (context.weights().trains(table)) {
      int from = slice * HeadKernels.SLICE;
      DeviceMatrix gradient =
          context.weights().gradientMatrix(table).rows(from, from + dLogits.columns());
      products.product(
          Form.TN,
          context.precision(),
          dLogits,
          Weight.of(m.hidden),
          0,
          gradient,
          gradient.rows(),
          true);
    }
    products.product(
        Form.NN,
        context.precision(),
        dLogits,
        slices(slice),
        0,
        m.dHidden,
        m.dHidden.rows(),
        slice > 0);
  }

  @Override
  public void close() {
    rowIndex.close();
    labelIds.close();
    labelLogits.close();
    results.close();
    coefficients.close();
    block.close();
    groups.close();
  }
}
