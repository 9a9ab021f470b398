package org.align4j.cuda.engine.decode;

import java.lang.foreign.MemorySegment;
import org.align4j.core.engine.NotFiniteException;
import org.align4j.core.engine.SamplingSettings;
import org.align4j.core.kernel.HeadKernels;
import org.align4j.core.plan.decode.Sampler;
import org.align4j.core.plan.decode.SlotStates;
import org.align4j.core.plan.head.LanguageHead;
import org.align4j.cuda.driver.Device;
import org.align4j.cuda.engine.head.LanguageHeadCuda;
import org.align4j.cuda.engine.op.CudaContext;
import org.align4j.cuda.engine.run.DeviceBuffer;
import org.align4j.cuda.kernel.DeviceMatrix;
import org.align4j.cuda.kernel.Form;
import org.align4j.cuda.kernel.Heads;
import org.align4j.cuda.kernel.Rows;

/**
 * The distributions that follow the slots of a decoder, in device memory: the last hidden state of
 * each, its logits, computed for all slots together when one is asked for, and draws from them. Of
 * a draw the tokens, log-probs and log-sum-exps are copied back; where it is from the most likely
 * tokens only, the logits are, and the host draws.
 */
final class CudaNextTokens implements AutoCloseable {

  private final CudaContext context;
  private final Device device;
  private final LanguageHeadCuda head;
  private final int vocabulary;
  private final SlotStates states;
  private final DeviceBuffer memory;
  private final DeviceBuffer from;
  private final DeviceBuffer to;
  private final DeviceBuffer uniforms;
  private final DeviceMatrix kept;
  private final DeviceMatrix hidden;
  private final DeviceMatrix fresh;
  private final DeviceMatrix logits;
  private final DeviceMatrix statistics;
  private final long results;
  private final int[] answers;
  private final double[] draws;
  private final float[] row;
  private final Sampler sampler;

  CudaNextTokens(CudaContext context, LanguageHeadCuda head, int slots, int width) {
    this.context = context;
    this.device = context.device();
    this.head = head;
    this.vocabulary = head.vocabulary();
    this.states = new SlotStates(slots);
    this.memory = new DeviceBuffer(device);
    this.from = new DeviceBuffer(device);
    this.to = new DeviceBuffer(device);
    this.uniforms = new DeviceBuffer(device);
    int slices = 3 * HeadKernels.slices(vocabulary);
    // Rows of whole 16 floats keep every buffer aligned for wide loads.
    long wide = aligned(width);
    long logitPitch = aligned(vocabulary);
    long statisticPitch = aligned(slices);
    long at = memory.reserve(bytes(slots, width, vocabulary));
    kept = new DeviceMatrix(at, slots, width, (int) wide);
    at += (long) Float.BYTES * slots * wide;
    hidden = new DeviceMatrix(at, slots, width, (int) wide);
    at += (long) Float.BYTES * slots * wide;
    fresh = new DeviceMatrix(at, slots, vocabulary, (int) logitPitch);
    at += (long) Float.BYTES * slots * logitPitch;
    logits = new DeviceMatrix(at, slots, vocabulary, (int) logitPitch);
    // Rows between those that are drawn from are computed with, whatever they hold.
    device.fill(at, 0, slots * logitPitch);
    at += (long) Float.BYTES * slots * logitPitch;
    statistics = new DeviceMatrix(at, slots, slices, (int) statisticPitch);
    at += (long) Float.BYTES * slots * statisticPitch;
    results = at;
    answers = new int[4 * slots];
    draws = new double[slots];
    row = new float[vocabulary];
    sampler = new Sampler(vocabulary);
  }

  private static long aligned(int columns) {
    return (columns + 15L) / 16 * 16;
  }

  /** Bytes of device memory that so many slots take. */
  static long bytes(int slots, int width, int vocabulary) {
    long floats =
        2 * aligned(width)
            + 2 * aligned(vocabulary)
            + aligned(3 * HeadKernels.slices(vocabulary))
            + 4;
    return (long) Float.BYTES * slots * floats;
  }

  /** See {@link org.align4j.core.plan.decode.DecoderPasses#keep}. */
  void keep(DeviceMatrix states, int[] rows, int[] slots, int count) {
    long fromRows = from.set(rows, count);
    long toSlots = to.set(slots, count);
    rows().scatterRows(states, fromRows, toSlots, kept, count, kept.columns());
    this.states.keep(rows, slots, count);
  }

  private Rows rows() {
    return context.kernels().rows();
  }

  void discard(int slot) {
    states.discard(slot);
  }

  /** Computes the logits of all states that are newer than theirs, of equal ones once. */
  void compute() {
    if (!states.collect()) {
      return;
    }
    int count = states.distinct();
    context.weights().refresh();
    rows().gatherRows(kept, from.set(states.firstSlots(), count), hidden, count, hidden.columns());
    DeviceMatrix target = (states.inPlace() ? logits : fresh).rows(0, count);
    context
        .kernels()
        .products()
        .product(
            Form.NT,
            context.precision(),
            hidden.rows(0, count),
            head.weight(),
            0,
            target,
            count,
            false);
    if (!states.inPlace()) {
      int stale = states.stale();
      long fromRows = from.set(states.rowOfStale(), stale);
      rows()
          .scatterRows(
              fresh, fromRows, to.set(states.staleSlots(), stale), logits, stale, vocabulary);
    }
  }

  /** Draws for each slot; see {@link org.align4j.core.engine.Decoder#sample}. */
  void draw(
      int[] slots, SamplingSettings settings, double[] given, int[] tokens, float[] logProbs) {
    int count = 0;
    for (int i = 0; i < slots.length; i++) {
      count = Math.max(count, slots[i] + 1);
      draws[slots[i]] = settings.greedy() ? 0 : given[i];
    }
    if (count == 0) {
      return;
    }
    drawRows(settings, count);
    boolean cut = !settings.greedy() && (settings.topK() > 0 || settings.topP() < 1);
    for (int i = 0; i < slots.length; i++) {
      int slot = slots[i];
      float logSumExp = Float.intBitsToFloat(answers[2 * count + slot]);
      NotFiniteException.checkLogits(logSumExp);
      tokens[i] = answers[slot];
      logProbs[i] = Float.intBitsToFloat(answers[count + slot]);
      if (cut) {
        read(slot, row);
        tokens[i] = sampler.cut(row, logSumExp, settings, given[i]);
        logProbs[i] = LanguageHead.logProb(row[tokens[i]], settings.scoreTemperature(), logSumExp);
      }
    }
  }

  /** Tokens, log-probs and log-sum-exps of the first rows. */
  private void drawRows(SamplingSettings settings, int count) {
    Heads heads = context.kernels().heads();
    float temperature = settings.scoreTemperature();
    long bytes = (long) Float.BYTES * count;
    long logProbs = results + bytes;
    long logSumExp = logProbs + bytes;
    long entropy = logSumExp + bytes;
    heads.sliceStatistics(logits, vocabulary, temperature, statistics, 0, count);
    heads.combineStatistics(statistics, HeadKernels.slices(vocabulary), logSumExp, entropy, count);
    long address = uniforms.reserve((long) Double.BYTES * draws.length);
    device.write(address, MemorySegment.ofArray(draws).asSlice(0, (long) Double.BYTES * count));
    heads.sampleTokens(
        logits,
        vocabulary,
        temperature,
        statistics,
        logSumExp,
        address,
        settings.greedy(),
        results,
        logProbs,
        count);
    device.read(results, MemorySegment.ofArray(answers).asSlice(0, 3 * bytes));
  }

  /** Raw logits of a slot, a copy. */
  float[] logits(int slot) {
    float[] copy = new float[vocabulary];
    read(slot, copy);
    return copy;
  }

  private void read(int slot, float[] to) {
    device.read(logits.rows(slot, slot + 1).address(), MemorySegment.ofArray(to));
  }

  @Override
  public void close() {
    memory.close();
    from.close();
    to.close();
    uniforms.close();
  }
}
