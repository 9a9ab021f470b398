package org.align4j.cuda.check.speed;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.IntStream;
import org.align4j.core.batch.SequenceLayout;
import org.align4j.core.kernel.AttentionTiles;
import org.align4j.core.kernel.HeadKernels;
import org.align4j.core.ops.Heads;
import org.align4j.core.runtime.Precision;
import org.align4j.cuda.check.Card;
import org.align4j.cuda.check.Report;
import org.align4j.cuda.check.kernel.Launchers;
import org.align4j.cuda.driver.Device;
import org.align4j.cuda.kernel.Attention;
import org.align4j.cuda.kernel.DeviceMatrix;
import org.align4j.cuda.kernel.Form;
import org.align4j.cuda.kernel.Weight;

/** Kernels at the shapes of Llama 3.1 8B. */
public final class SpeedCheck {

  /** Of large products in float32, and in bfloat16. */
  private static final double FLOAT_AIM = 0.6;

  private static final double BF16_AIM = 0.45;

  private final Device device;
  private final Launchers kernels;
  private final Timing timing;
  private final boolean small;
  private final int tokens;
  private final int hidden;
  private final int wide;
  private final Heads heads;

  private SpeedCheck(Card card, Report report) {
    device = card.device();
    kernels = card.launchers();
    timing = new Timing(card, report);
    small = card.small();
    tokens = small ? 64 : 4096;
    hidden = small ? 64 : 4096;
    wide = small ? 96 : 14336;
    heads = small ? new Heads(4, 2, 16) : new Heads(32, 8, 128);
  }

  /** Looks. */
  public static void run(Card card, Report report) {
    SpeedCheck check = new SpeedCheck(card, report);
    check.products();
    check.decoding();
    check.attention();
    check.step();
    check.rows();
    check.head();
    check.optimiser();
  }

  private RandomMemory memory() {
    return new RandomMemory(device, small);
  }

  private void products() {
    for (Precision precision : Precision.values()) {
      for (Form form : Form.values()) {
        for (boolean stored : new boolean[] {false, true}) {
          if (form != Form.TN || !stored) {
            product(form, precision, stored);
          }
        }
      }
    }
  }

  private static String name(String kind, Precision precision, boolean stored) {
    return "product_"
        + kind.toLowerCase(Locale.ROOT)
        + "_"
        + precision.label()
        + (stored ? "_stored" : "");
  }

  private void product(Form form, Precision precision, boolean stored) {
    try (RandomMemory memory = memory()) {
      DeviceMatrix a =
          form == Form.TN ? memory.matrix(hidden, tokens) : memory.matrix(tokens, hidden);
      Weight b = memory.weight(hidden, hidden, stored);
      DeviceMatrix c = memory.matrix(tokens, hidden);
      double aim =
          switch (precision) {
            case FP32 -> FLOAT_AIM;
            case TF32 -> 0;
            case BF16 -> BF16_AIM;
          };
      timing.time(
          name(form.name(), precision, stored) + " " + tokens + "x" + hidden + "x" + hidden,
          precision,
          2.0 * tokens * hidden * hidden,
          8.0 * tokens * hidden + (stored ? 2.0 : 4.0) * hidden * hidden,
          aim,
          () -> kernels.products().product(form, precision, a, b, 0, c, tokens, false));
    }
  }

  /** Products of as many rows as sequences are decoded at once. */
  private void decoding() {
    for (Precision precision : new Precision[] {Precision.FP32, Precision.BF16}) {
      for (boolean stored : new boolean[] {false, true}) {
        for (int m : new int[] {1, 16, 64}) {
          try (RandomMemory memory = memory()) {
            DeviceMatrix a = memory.matrix(m, hidden);
            Weight b = memory.weight(wide, hidden, stored);
            DeviceMatrix c = memory.matrix(m, wide);
            timing.time(
                name("decoding", precision, stored) + " " + m + "x" + wide + "x" + hidden,
                precision,
                2.0 * m * wide * hidden,
                4.0 * m * (wide + hidden) + (stored ? 2.0 : 4.0) * wide * hidden,
                () -> kernels.products().product(Form.NT, precision, a, b, 0, c, m, false));
          }
        }
      }
    }
  }

  private void attention() {
    int sequences = 4;
    int length = tokens / sequences;
    int columns = heads.query() * heads.headDim();
    int keyColumns = heads.key() * heads.headDim();
    int[] prefix = new int[sequences];
    Arrays.fill(prefix, -1);
    AttentionTiles tiles = new AttentionTiles(heads);
    tiles.set(
        new SequenceLayout(
            IntStream.rangeClosed(0, sequences).map(s -> s * length).toArray(), prefix));
    try (RandomMemory memory = memory();
        Attention.Batch batch = new Attention.Batch(device)) {
      batch.set(tiles);
      DeviceMatrix q = memory.matrix(tokens, columns);
      DeviceMatrix k = memory.matrix(tokens, keyColumns);
      DeviceMatrix v = memory.matrix(tokens, keyColumns);
      DeviceMatrix out = memory.matrix(tokens, columns);
      DeviceMatrix lse = memory.matrix(tokens, heads.query());
      double pairs = sequences * (length * (length + 1.0) / 2) * columns;
      String shape =
          " "
              + sequences
              + " of "
              + length
              + ", "
              + heads.query()
              + "/"
              + heads.key()
              + "x"
              + heads.headDim();
      timing.time(
          "attention" + shape,
          Precision.FP32,
          4 * pairs,
          8.0 * tokens * (columns + keyColumns),
          () -> kernels.attention().attention(q, k, v, batch, out, lse));
      Attention.Gradient gradient =
          new Attention.Gradient(
              q,
              k,
              v,
              out,
              lse,
              memory.matrix(tokens, columns),
              memory.matrix(tokens, heads.query()),
              memory.matrix(tokens, columns),
              memory.matrix(tokens, keyColumns),
              memory.matrix(tokens, keyColumns),
              memory.matrix(Math.max(1, batch.partRows()), keyColumns),
              memory.matrix(Math.max(1, batch.partRows()), keyColumns));
      // Scores and slopes of outputs twice, once for queries and once for keys; three results.
      timing.time(
          "attention_gradient" + shape,
          Precision.FP32,
          14 * pairs,
          16.0 * tokens * (columns + keyColumns),
          () -> kernels.attention().attentionGradient(gradient, batch, tokens));
    }
  }

  /** The next token of each of 64 sequences. */
  private void step() {
    int rows = small ? 3 : 64;
    int length = small ? 40 : 1024;
    int keyColumns = heads.key() * heads.headDim();
    try (RandomMemory memory = memory()) {
      DeviceMatrix q = memory.matrix(rows, heads.query() * heads.headDim());
      DeviceMatrix out = memory.matrix(rows, heads.query() * heads.headDim());
      long keys = memory.floats((long) rows * length * keyColumns);
      long values = memory.floats((long) rows * length * keyColumns);
      long positions = memory.ints(IntStream.range(0, rows).map(n -> length - 1).toArray());
      long zeros = memory.ints(new int[rows]);
      long own = memory.ints(IntStream.range(0, rows).map(n -> n * length).toArray());
      timing.time(
          "attention_step " + rows + " of " + length,
          Precision.FP32,
          4.0 * rows * length * heads.query() * heads.headDim(),
          8.0 * rows * length * keyColumns,
          () ->
              kernels
                  .attention()
                  .attentionStep(q, keys, values, positions, zeros, zeros, own, out, rows, heads));
    }
  }

  private void rows() {
    double each = (double) tokens * hidden;
    try (RandomMemory memory = memory()) {
      DeviceMatrix x = memory.matrix(tokens, hidden);
      DeviceMatrix y = memory.matrix(tokens, hidden);
      DeviceMatrix z = memory.matrix(tokens, hidden);
      long weight = memory.floats(hidden);
      long statistics = memory.floats(tokens);
      long positions = memory.ints(IntStream.range(0, tokens).toArray());
      int half = heads.headDim() / 2;
      long cos = memory.floats((long) tokens * half);
      timing.memory(
          "copy by the driver",
          8 * each,
          () -> device.copy(x.address(), y.address(), 4L * tokens * hidden));
      timing.memory("copy_rows", 8 * each, () -> kernels.rows().copyRows(x, y, tokens, hidden));
      timing.memory("add_rows", 12 * each, () -> kernels.rows().addRows(x, y, z, tokens, hidden));
      timing.memory(
          "gather_rows",
          8 * each,
          () -> kernels.rows().gatherRows(x, positions, y, tokens, hidden));
      timing.memory(
          "rope",
          8 * each,
          () ->
              kernels
                  .rows()
                  .rope(y, tokens, hidden, heads.headDim(), half, cos, cos, positions, false));
      timing.memory(
          "rms_norm",
          8 * each,
          () -> kernels.norms().rmsNorm(x, weight, 1e-5f, y, tokens, hidden, hidden));
      timing.memory(
          "rms_norm_gradient",
          16 * each,
          () ->
              kernels
                  .norms()
                  .rmsNormGradient(
                      x, weight, 1e-5f, y, z, true, statistics, tokens, hidden, hidden));
      timing.memory(
          "rms_norm_weight_gradient",
          8 * each,
          () ->
              kernels
                  .norms()
                  .rmsNormWeightGradient(x, y, statistics, tokens, hidden, hidden, weight));
    }
    try (RandomMemory memory = memory()) {
      DeviceMatrix gate = memory.matrix(tokens, wide);
      DeviceMatrix up = memory.matrix(tokens, wide);
      DeviceMatrix y = memory.matrix(tokens, wide);
      double wider = (double) tokens * wide;
      timing.memory(
          "swiglu", 12 * wider, () -> kernels.activations().swiglu(gate, up, y, tokens, wide));
      timing.memory(
          "swiglu_gradient",
          20 * wider,
          () -> kernels.activations().swigluGradient(gate, up, y, gate, up, tokens, wide));
    }
  }

  private void head() {
    int rows = small ? 16 : 1024;
    int columns = small ? 2048 : 16384;
    try (RandomMemory memory = memory()) {
      DeviceMatrix logits = memory.matrix(rows, columns);
      DeviceMatrix statistics = memory.matrix(rows, 3 * HeadKernels.slices(columns));
      long labels = memory.ints(new int[rows]);
      long numbers = memory.floats(rows);
      timing.memory(
          "slice_statistics",
          4.0 * rows * columns,
          () -> kernels.heads().sliceStatistics(logits, columns, 1, statistics, 0, rows));
      timing.memory(
          "logits_gradient",
          8.0 * rows * columns,
          () ->
              kernels
                  .heads()
                  .logitsGradient(
                      logits, 0, columns, labels, 1, numbers, numbers, numbers, 0, rows));
    }
  }

  private void optimiser() {
    long n = small ? 5000 : 1L << 27;
    try (RandomMemory memory = memory()) {
      long theta = memory.floats(n);
      long gradient = memory.floats(n);
      long first = memory.floats(n);
      long second = memory.floats(n);
      long partials = memory.floats(2 * (n / (1 << 16) + 1));
      timing.memory(
          "sum_of_squares", 4.0 * n, () -> kernels.optimiser().sumOfSquares(gradient, n, partials));
      timing.memory(
          "adamw",
          28.0 * n,
          () ->
              kernels
                  .optimiser()
                  .adamw(
                      theta, gradient, first, second, n, 1, 1e-6f, 0.9f, 0.1f, 0.999f, 0.001f,
                      1e-8f, 1, 1, 1));
    }
  }
}
