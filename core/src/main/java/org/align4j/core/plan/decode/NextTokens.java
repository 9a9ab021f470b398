package org.align4j.core.plan.decode;

import java.util.stream.IntStream;
import org.align4j.core.engine.NotFiniteException;
import org.align4j.core.engine.SamplingSettings;
import org.align4j.core.kernel.HeadKernels;
import org.align4j.core.kernel.Kernels;
import org.align4j.core.kernel.Scratch;
import org.align4j.core.kernel.Task;
import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.kernel.memory.NativeFloats;
import org.align4j.core.kernel.memory.NativeMemory;
import org.align4j.core.plan.head.LanguageHead;
import org.align4j.core.plan.run.Stage;

/**
 * The distributions that follow the slots of a decoder: the last hidden state of each, its logits,
 * computed for all slots together when one is asked for, and draws from them. A state is numbered
 * by the call that brought it and its row there, so that what slots share is computed once.
 */
final class NextTokens implements AutoCloseable {

  private static final int UP_TO_DATE = 0;

  private final Stage.Context context;
  private final Kernels kernels;
  private final LanguageHead head;
  private final NativeMemory memory = new NativeMemory();
  private final int slots;
  private final int[] source;
  private final int[] sourceRow;
  private final int[] staleSlots;
  private final int[] rowOfStale;
  private final int[] firstSlots;
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
  private final Task productTask = this::productTile;
  private final Task copyTask = this::copyTile;
  private final Task drawTask = this::drawTile;

  private int rows;
  private int sources;
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
    this.slots = slots;
    this.source = new int[slots];
    this.sourceRow = new int[slots];
    this.staleSlots = new int[slots];
    this.rowOfStale = new int[slots];
    this.firstSlots = new int[slots];
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
    this.sampler = new Sampler(kernels, vocabulary);
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
    sources++;
    for (int i = 0; i < count; i++) {
      source[ofSlots[i]] = sources;
      sourceRow[ofSlots[i]] = fromRows[i];
    }
  }

  /** Forgets a slot. */
  void discard(int slot) {
    source[slot] = UP_TO_DATE;
  }

  /** Computes the logits of all states that are newer than theirs, of equal ones once. */
  void compute() {
    int count = 0;
    rows = 0;
    boolean inPlace = true;
    for (int slot = 0; slot < slots; slot++) {
      if (source[slot] != UP_TO_DATE) {
        int row = rowOf(slot);
        if (row == rows) {
          firstSlots[rows++] = slot;
        }
        inPlace &= slot == row;
        rowOfStale[count] = row;
        staleSlots[count++] = slot;
      }
    }
    if (count == 0) {
      return;
    }
    for (int i = 0; i < count; i++) {
      source[staleSlots[i]] = UP_TO_DATE;
    }
    context.weights().refresh();
    target = inPlace ? logits : fresh;
    kernels.rows().gatherRows(states, firstSlots, hidden, 0, rows);
    context.threads().run(productTask, kernels.products().productTiles(rows, head.weight()), 1);
    if (!inPlace) {
      context.threads().run(copyTask, count, 1);
    }
  }

  /** The row of new logits for a slot: that of a slot with the same state, or the next one. */
  private int rowOf(int slot) {
    for (int row = 0; row < rows; row++) {
      int other = firstSlots[row];
      if (source[other] == source[slot] && sourceRow[other] == sourceRow[slot]) {
        return row;
      }
    }
    return rows;
  }

  private void productTile(int from, int to, Scratch scratch) {
    kernels.products().product(hidden, rows, head.weight(), null, target, false, from, to, scratch);
  }

  private void copyTile(int from, int to, Scratch scratch) {
    for (int i = from; i < to; i++) {
      kernels.rows().copy(freshRows[rowOfStale[i]], logitRows[staleSlots[i]], 0, 1);
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
        tokens[i] = sampler.cut(logitFloats[slot], logSumExp.get(slot), settings, uniforms[i]);
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
