package org.align4j.core.plan;

import org.align4j.core.engine.SamplingSettings;
import org.align4j.core.kernel.Floats;
import org.align4j.core.kernel.Kernels;
import org.align4j.core.kernel.Matrix;
import org.align4j.core.kernel.NativeMemory;
import org.align4j.core.kernel.Scratch;
import org.align4j.core.kernel.Task;

/**
 * The distributions that follow the slots of a decoder: the last hidden state of each, its logits,
 * computed for all slots together when one is asked for, and draws from them.
 */
final class NextTokens implements AutoCloseable {

  private final Stage.Context context;
  private final Kernels kernels;
  private final LanguageHead head;
  private final NativeMemory memory = new NativeMemory();
  private final int slots;
  private final boolean[] stale;
  private final int[] staleSlots;
  private final Matrix states;
  private final Matrix hidden;
  private final Matrix fresh;
  private final Matrix logits;
  private final Matrix[] slices;
  private final Matrix statistics;
  private final Floats[] logitRows;
  private final Floats[] statisticRows;
  private final Floats logSumExp;
  private final Floats entropy;
  private final Sampler sampler;
  private final Task productTask = this::productTile;
  private final Task scatterTask = this::scatterTile;
  private final Task drawTask = this::drawTile;

  private int rows;
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
    this.stale = new boolean[slots];
    this.staleSlots = new int[slots];
    int vocabulary = head.vocabulary();
    this.states = memory.allocate((long) slots * width).matrix(width);
    this.hidden = memory.allocate((long) slots * width).matrix(width);
    this.fresh = memory.allocate((long) slots * vocabulary).matrix(vocabulary);
    this.logits = memory.allocate((long) slots * vocabulary).matrix(vocabulary);
    this.target = fresh;
    this.slices = new Matrix[head.slices()];
    for (int s = 0; s < slices.length; s++) {
      int from = s * Kernels.SLICE;
      slices[s] = logits.columns(from, Math.min(vocabulary, from + Kernels.SLICE));
    }
    this.statistics = memory.allocate(3L * slots * slices.length).matrix(3 * slices.length);
    this.logitRows = rows(logits);
    this.statisticRows = rows(statistics);
    this.logSumExp = memory.allocate(slots);
    this.entropy = memory.allocate(slots);
    this.sampler = new Sampler(kernels, vocabulary);
  }

  private static Floats[] rows(Matrix matrix) {
    Floats[] rows = new Floats[matrix.rows()];
    for (int n = 0; n < rows.length; n++) {
      rows[n] = matrix.row(n);
    }
    return rows;
  }

  /** Row {@code fromRows[i]} of a hidden state is now the last state of slot {@code ofSlots[i]}. */
  void keep(Matrix from, int[] fromRows, int[] ofSlots, int count) {
    kernels.gatherRows(from, fromRows, hidden, 0, count);
    kernels.scatterRows(hidden, ofSlots, states, 0, count);
    for (int i = 0; i < count; i++) {
      stale[ofSlots[i]] = true;
    }
  }

  /** Forgets a slot. */
  void discard(int slot) {
    stale[slot] = false;
  }

  /** Computes the logits of all states that are newer than theirs. */
  void compute() {
    int count = 0;
    boolean inPlace = true;
    for (int slot = 0; slot < slots; slot++) {
      if (stale[slot]) {
        stale[slot] = false;
        inPlace &= slot == count;
        staleSlots[count++] = slot;
      }
    }
    if (count == 0) {
      return;
    }
    context.weights().refresh();
    rows = count;
    target = inPlace ? logits : fresh;
    kernels.gatherRows(states, staleSlots, hidden, 0, count);
    context.threads().run(productTask, kernels.productTiles(count, head.weight()), 1);
    if (!inPlace) {
      context.threads().run(scatterTask, count, 1);
    }
  }

  private void productTile(int from, int to, Scratch scratch) {
    kernels.product(hidden, rows, head.weight(), null, target, false, from, to, scratch);
  }

  private void scatterTile(int from, int to, Scratch scratch) {
    kernels.scatterRows(fresh, staleSlots, logits, from, to);
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
    if (!settings.greedy() && (settings.topK() > 0 || settings.topP() < 1)) {
      for (int i = 0; i < count; i++) {
        int slot = ofSlots[i];
        tokens[i] = sampler.cut(logitRows[slot], logSumExp.get(slot), settings, uniforms[i]);
        logProbs[i] = logProb(slot, tokens[i]);
      }
    }
  }

  private void drawTile(int from, int to, Scratch scratch) {
    float temperature = sampling.scoreTemperature();
    for (int i = from; i < to; i++) {
      int slot = current[i];
      for (int s = 0; s < slices.length; s++) {
        kernels.sliceStatistics(slices[s], temperature, statistics, s, slot, slot + 1, scratch);
      }
      kernels.combineStatistics(statistics, slices.length, logSumExp, entropy, slot, slot + 1);
      Floats row = logitRows[slot];
      drawn[i] =
          sampling.greedy()
              ? kernels.argMax(row)
              : kernels.sample(row, temperature, statisticRows[slot], draws[i]);
      drawnLogProbs[i] = logProb(slot, drawn[i]);
    }
  }

  private float logProb(int slot, int token) {
    return LanguageHead.logProb(
        logits.get(slot, token), sampling.scoreTemperature(), logSumExp.get(slot));
  }

  /** Raw logits of a slot, a copy. */
  float[] logits(int slot) {
    return logitRows[slot].toArray();
  }

  @Override
  public void close() {
    memory.close();
  }
}
