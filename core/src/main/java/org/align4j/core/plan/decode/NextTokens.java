package org.align4j.core.plan.decode;

import java.util.stream.IntStream;
import org.align4j.core.engine.NotFiniteException;
import org.align4j.core.engine.SamplingSettings;
import org.align4j.core.kernel.HeadKernels;
import org.align4j.core.kernel.Kernels;
import org.align4j.core.kernel.ProductKernels;
import org.align4j.core.kernel.Scratch;
import org.align4j.core.kernel.Task;
import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.kernel.memory.NativeFloats;
import org.align4j.core.kernel.memory.NativeMemory;
import org.align4j.core.plan.head.LanguageHead;
import org.align4j.core.plan.run.Stage;

/**
 * The distributions that follow the slots of a decoder: the last hidden state of each, its logits,
 * computed for all slots together when one is asked for, and draws from them.
 */
final class NextTokens implements AutoCloseable {

  private final Stage.Context context;
  private final Kernels kernels;
  private final LanguageHead head;
  private final NativeMemory memory = new NativeMemory();
  private final SlotStates slotStates;
  private final Matrix states;
  private final Matrix hidden;
  private final Matrix fresh;
  private final Matrix logits;
  private final Matrix[] slices;
  private final Matrix statistics;
  private final Matrix[] freshRows;
  private final Matrix[] logitRows;
  private final NativeFloats[] logitFloats;
  private final NativeFloats[] statisticFloats;
  private final NativeFloats logSumExp;
  private final NativeFloats entropy;
  private final Sampler sampler;
  private final float[] sampled;
  private final Task productTask = this::productTile;
  private final Task copyTask = this::copyTile;
  private final Task drawTask = this::drawTile;

  private Matrix target;
  private int[] current = new int[0];
  private SamplingSettings sampling = SamplingSettings.DEFAULT;
  private double[] draws = new double[0];
  private int[] drawn = new int[0];
  private float[] drawnLogProbs = new float[0];

  NextTokens(Stage.Context context, LanguageHead head, int slots, int width) {
    this.context = context;
    this.kernels = context.kernels();
    this.head = head;
    this.slotStates = new SlotStates(slots);
    int vocabulary = head.vocabulary();
    this.states = memory.allocate((long) slots * width).matrix(width);
    this.hidden = memory.allocate((long) slots * width).matrix(width);
    this.fresh = memory.allocate((long) slots * vocabulary).matrix(vocabulary);
    this.logits = memory.allocate((long) slots * vocabulary).matrix(vocabulary);
    this.target = fresh;
    this.slices = new Matrix[head.slices()];
    for (int s = 0; s < slices.length; s++) {
      int from = s * HeadKernels.SLICE;
      slices[s] = logits.columns(from, Math.min(vocabulary, from + HeadKernels.SLICE));
    }
    this.statistics = memory.allocate(3L * slots * slices.length).matrix(3 * slices.length);
    this.freshRows = rows(fresh);
    this.logitRows = rows(logits);
    this.logitFloats = floats(logits);
    this.statisticFloats = floats(statistics);
    this.logSumExp = memory.allocate(slots);
    this.entropy = memory.allocate(slots);
    this.sampler = new Sampler(vocabulary);
    this.sampled = new float[vocabulary];
  }

  private static Matrix[] rows(Matrix matrix) {
    return IntStream.range(0, matrix.rows())
        .mapToObj(n -> matrix.rows(n, n + 1))
        .toArray(Matrix[]::new);
  }

  private static NativeFloats[] floats(Matrix matrix) {
    return IntStream.range(0, matrix.rows()).mapToObj(matrix::row).toArray(NativeFloats[]::new);
  }

  /**
   * Row {@code fromRows[i]} of a hidden state is now the last state of slot {@code ofSlots[i]};
   * several slots may have the same.
   */
  void keep(Matrix from, int[] fromRows, int[] ofSlots, int count) {
    kernels.rows().gatherRows(from, fromRows, hidden, 0, count);
    kernels.rows().scatterRows(hidden, ofSlots, states, 0, count);
    slotStates.keep(fromRows, ofSlots, count);
  }

  /** Forgets a slot. */
  void discard(int slot) {
    slotStates.discard(slot);
  }

  /** Computes the logits of all states that are newer than theirs, of equal ones once. */
  void compute() {
    if (!slotStates.collect()) {
      return;
    }
    int rows = slotStates.distinct();
    context.weights().refresh();
    target = slotStates.inPlace() ? logits : fresh;
    kernels.rows().gatherRows(states, slotStates.firstSlots(), hidden, 0, rows);
    ProductKernels.run(
        context.threads(), productTask, rows, kernels.products().productTiles(rows, head.weight()));
    if (!slotStates.inPlace()) {
      context.threads().run(copyTask, slotStates.stale(), 1);
    }
  }

  private void productTile(int from, int to, Scratch scratch) {
    kernels
        .products()
        .product(
            hidden, slotStates.distinct(), head.weight(), null, target, false, from, to, scratch);
  }

  private void copyTile(int from, int to, Scratch scratch) {
    for (int i = from; i < to; i++) {
      kernels
          .rows()
          .copy(freshRows[slotStates.rowOfStale()[i]], logitRows[slotStates.staleSlots()[i]], 0, 1);
    }
  }

  /** Draws for each slot; see {@link org.align4j.core.engine.Decoder#sample}. */
  void draw(
      int[] ofSlots, SamplingSettings settings, double[] uniforms, int[] tokens, float[] logProbs) {
    int count = ofSlots.length;
    current = ofSlots;
    sampling = settings;
    draws = uniforms;
    drawn = tokens;
    drawnLogProbs = logProbs;
    context.threads().run(drawTask, count, 1);
    for (int slot : ofSlots) {
      NotFiniteException.checkLogits(logSumExp.get(slot));
    }
    if (!settings.greedy() && (settings.topK() > 0 || settings.topP() < 1)) {
      for (int i = 0; i < count; i++) {
        int slot = ofSlots[i];
        logitFloats[slot].copyTo(sampled, 0, sampled.length);
        tokens[i] = sampler.cut(sampled, logSumExp.get(slot), settings, uniforms[i]);
        logProbs[i] = logProb(slot, tokens[i]);
      }
    }
  }

  private void drawTile(int from, int to, Scratch scratch) {
    float temperature = sampling.scoreTemperature();
    for (int i = from; i < to; i++) {
      int slot = current[i];
      for (int s = 0; s < slices.length; s++) {
        kernels
            .heads()
            .sliceStatistics(slices[s], temperature, statistics, s, slot, slot + 1, scratch);
      }
      kernels
          .heads()
          .combineStatistics(statistics, slices.length, logSumExp, entropy, slot, slot + 1);
      NativeFloats row = logitFloats[slot];
      drawn[i] =
          sampling.greedy()
              ? kernels.heads().argMax(row)
              : kernels.heads().sample(row, temperature, statisticFloats[slot], draws[i]);
      drawnLogProbs[i] = logProb(slot, drawn[i]);
    }
  }

  private float logProb(int slot, int token) {
    return LanguageHead.logProb(
        logits.get(slot, token), sampling.scoreTemperature(), logSumExp.get(slot));
  }

  /** Raw logits of a slot, a copy. */
  float[] logits(int slot) {
    return logitFloats[slot].toArray();
  }

  @Override
  public void close() {
    memory.close();
  }
}
