package org.align4j.cuda.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.align4j.core.batch.SequenceLayout;
import org.align4j.core.kernel.AttentionKernels;
import org.align4j.core.kernel.AttentionTiles;
import org.align4j.core.kernel.RowKernels;
import org.align4j.core.kernel.Scratch;
import org.align4j.core.kernel.scalar.ScalarKernels;
import org.align4j.core.ops.Heads;
import org.align4j.cuda.kernel.DeviceArrays.Both;
import org.align4j.cuda.kernel.TestDevices.Opening;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Attention, its gradient and its step have the bits of core's scalar kernels. */
class AttentionTest {

  /** Two sequences of one and two blocks, beginning where no block of keys does. */
  private static final SequenceLayout PLAIN =
      new SequenceLayout(new int[] {0, 45, 46, 146}, new int[] {-1, -1, -1});

  /** A tree of four levels, and a sequence beside it; segments end inside blocks. */
  private static final SequenceLayout TREE =
      new SequenceLayout(
          new int[] {0, 37, 42, 77, 78, 90, 97, 167, 170}, new int[] {-1, 0, 0, 2, 3, 3, -1, 2});

  /** A prompt and more answers than there are groups: neighbours share one. */
  private static final SequenceLayout FAN = fan(34, 20, 7);

  private static final List<Heads> SHAPES =
      List.of(
          new Heads(1, 1, 64, 0),
          new Heads(3, 1, 16, 0),
          new Heads(8, 1, 8, 0),
          new Heads(6, 2, 80, 33),
          new Heads(2, 2, 96, 5),
          new Heads(3, 1, 128, 0),
          new Heads(2, 1, 256, 40));

  private final AttentionKernels scalar = new ScalarKernels().attention();
  private final RowKernels scalarRows = new ScalarKernels().rows();

  static Stream<Named<Opening>> devices() {
    return TestDevices.all();
  }

  private static SequenceLayout fan(int answers, int prompt, int length) {
    int[] offsets =
        IntStream.rangeClosed(0, answers + 1).map(s -> prompt + length * (s - 1)).toArray();
    offsets[0] = 0;
    int[] prefix = new int[answers + 1];
    prefix[0] = -1;
    return new SequenceLayout(offsets, prefix);
  }

  /** Queries, keys and values in columns of one matrix, and what comes out. */
  private record Operands(Both q, Both k, Both v, Both out, Both lse) {
    static Operands of(DeviceArrays arrays, Heads heads, int tokens) {
      int columns = heads.query() * heads.headDim();
      int keyColumns = heads.key() * heads.headDim();
      Both all = arrays.normal(tokens, columns + 2 * keyColumns, 4, columns + 2 * keyColumns + 8);
      return new Operands(
          columns(all, 0, columns),
          columns(all, columns, columns + keyColumns),
          columns(all, columns + keyColumns, columns + 2 * keyColumns),
          arrays.normal(tokens, columns),
          arrays.normal(tokens, heads.query(), 1, heads.query() + 3));
    }

    private static Both columns(Both x, int from, int to) {
      return new Both(x.host().columns(from, to), x.device().columns(from, to));
    }

    AttentionKernels.Operands host(AttentionTiles tiles) {
      return new AttentionKernels.Operands(
          q.host(), k.host(), v.host(), tiles, out.host(), lse.host());
    }
  }

  private static AttentionTiles tiles(Heads heads, SequenceLayout layout) {
    AttentionTiles tiles = new AttentionTiles(heads);
    tiles.set(layout);
    return tiles;
  }

  private void onHost(Operands x, AttentionTiles tiles) {
    try (Scratch scratch = new Scratch()) {
      scalar.attention(x.host(tiles), 0, tiles.tiles(), scratch);
    }
  }

  private static void assertSame(DeviceArrays arrays, Both x, Object what) {
    assertThat(arrays.floats(x.device())).as("%s", what).isEqualTo(DeviceArrays.floats(x.host()));
  }

  private static Attention attention(DeviceArrays arrays) {
    var program = TestDevices.program(arrays.device());
    return new Attention(program, new Rows(program));
  }

  @ParameterizedTest
  @MethodSource("devices")
  void attentionIsThatOfTheScalarKernels(Opening opening) {
    try (DeviceArrays arrays = new DeviceArrays(opening.open(), 1);
        Attention.Batch batch = new Attention.Batch(arrays.device())) {
      Attention attention = attention(arrays);
      for (SequenceLayout layout : List.of(SequenceLayout.single(1), PLAIN, TREE)) {
        for (Heads heads : SHAPES) {
          AttentionTiles tiles = tiles(heads, layout);
          Operands x = Operands.of(arrays, heads, layout.tokens());
          onHost(x, tiles);
          batch.set(tiles);
          attention.attention(
              x.q.device(), x.k.device(), x.v.device(), batch, x.out.device(), x.lse.device());
          assertSame(arrays, x.out, heads);
          assertSame(arrays, x.lse, heads);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("devices")
  void withoutAGradientNoLogSumsAreWritten(Opening opening) {
    try (DeviceArrays arrays = new DeviceArrays(opening.open(), 2);
        Attention.Batch batch = new Attention.Batch(arrays.device())) {
      Heads heads = new Heads(2, 1, 64);
      AttentionTiles tiles = tiles(heads, PLAIN);
      Operands x = Operands.of(arrays, heads, PLAIN.tokens());
      onHost(x, tiles);
      batch.set(tiles);
      attention(arrays)
          .attention(x.q.device(), x.k.device(), x.v.device(), batch, x.out.device(), null);
      assertSame(arrays, x.out, heads);
    }
  }

  @ParameterizedTest
  @MethodSource("devices")
  void theGradientIsThatOfTheScalarKernels(Opening opening) {
    try (DeviceArrays arrays = new DeviceArrays(opening.open(), 3);
        Attention.Batch batch = new Attention.Batch(arrays.device())) {
      Attention attention = attention(arrays);
      for (Heads heads : SHAPES) {
        for (SequenceLayout layout : heads.headDim() == 16 ? List.of(TREE, FAN) : List.of(TREE)) {
          gradient(arrays, attention, batch, heads, layout);
        }
      }
    }
  }

  private void gradient(
      DeviceArrays arrays,
      Attention attention,
      Attention.Batch batch,
      Heads heads,
      SequenceLayout layout) {
    int n = layout.tokens();
    int columns = heads.query() * heads.headDim();
    int keyColumns = heads.key() * heads.headDim();
    AttentionTiles tiles = tiles(heads, layout);
    assertThat(tiles.partRows()).isPositive();
    Operands x = Operands.of(arrays, heads, n);
    Both dOut = arrays.normal(n, columns, 4, columns + 4);
    Both dq = arrays.normal(n, columns);
    Both dk = arrays.normal(n, keyColumns, 4, keyColumns + 4);
    Both dv = arrays.normal(n, keyColumns);
    Both dkParts = arrays.normal(n, keyColumns);
    Both dvParts = arrays.normal(n, keyColumns);
    onHost(x, tiles);
    try (Scratch scratch = new Scratch()) {
      scalar.attentionGradient(
          new AttentionKernels.Gradient(
              x.host(tiles),
              dOut.host(),
              dq.host(),
              dk.host(),
              dv.host(),
              dkParts.host(),
              dvParts.host()),
          0,
          tiles.gradientTiles(),
          scratch);
    }
    int[] targets = tiles.partTargets();
    int parts = tiles.partRows();
    scalarRows.scatterAddRows(dkParts.host(), targets, parts, dk.host(), 0, keyColumns);
    scalarRows.scatterAddRows(dvParts.host(), targets, parts, dv.host(), 0, keyColumns);

    batch.set(tiles);
    attention.attention(
        x.q.device(), x.k.device(), x.v.device(), batch, x.out.device(), x.lse.device());
    attention.attentionGradient(
        new Attention.Gradient(
            x.q.device(),
            x.k.device(),
            x.v.device(),
            x.out.device(),
            x.lse.device(),
            dOut.device(),
            arrays.normal(n, heads.query()).device(),
            dq.device(),
            dk.device(),
            dv.device(),
            dkParts.device(),
            dvParts.device()),
        batch,
        n);
    assertSame(arrays, dq, heads);
    assertSame(arrays, dk, heads);
    assertSame(arrays, dv, heads);
  }

  @ParameterizedTest
  @MethodSource("devices")
  void aStepHasTheBitsOfTheWholeAttention(Opening opening) {
    try (DeviceArrays arrays = new DeviceArrays(opening.open(), 4);
        Attention.Batch batch = new Attention.Batch(arrays.device())) {
      Attention attention = attention(arrays);
      for (Heads heads : SHAPES) {
        step(arrays, attention, batch, heads, fan(3, 45, 3 + heads.headDim() % 5));
      }
      step(arrays, attention, batch, new Heads(1, 1, 8), fan(2, 150, 300));
      step(arrays, attention, batch, new Heads(4, 1, 8), fan(1, 128, 40));
      step(arrays, attention, batch, new Heads(18, 2, 8, 20), fan(2, 33, 200));
      // Without a prefix to speak of.
      step(arrays, attention, batch, new Heads(2, 1, 8), fan(3, 1, 1));
    }
  }

  /**
   * The last token of each answer. The prompt is in rows 32 ... of the cache, the answers behind
   * it; what nobody needs is not a number, or not there.
   */
  private static void step(
      DeviceArrays arrays,
      Attention attention,
      Attention.Batch batch,
      Heads heads,
      SequenceLayout layout) {
    int answers = layout.segments() - 1;
    int prompt = layout.length(0);
    int length = layout.length(1);
    Operands x = Operands.of(arrays, heads, layout.tokens());
    batch.set(tiles(heads, layout));
    attention.attention(
        x.q.device(), x.k.device(), x.v.device(), batch, x.out.device(), x.lse.device());

    int blocks = (prompt + 31) / 32;
    int pitch = 32 * ((prompt % 32 + length + 31) / 32);
    int[] from = IntStream.range(0, layout.tokens()).toArray();
    int[] to = new int[layout.tokens()];
    int[] rows = new int[answers];
    int[] positions = new int[answers];
    int[] prefixRow = new int[answers];
    int[] prefixLength = new int[answers];
    int[] ownRow = new int[answers];
    boolean hidden = heads.firstKey(prompt + length - 1) >= prompt;
    for (int i = 0; i < prompt; i++) {
      to[i] = 32 + i;
    }
    for (int a = 0; a < answers; a++) {
      positions[a] = prompt + length - 1;
      prefixRow[a] = hidden ? -1000 : 32;
      prefixLength[a] = prompt;
      ownRow[a] = 32 * (1 + blocks) + a * pitch + prompt % 32;
      for (int i = 0; i < length; i++) {
        to[layout.offsets()[a + 1] + i] = ownRow[a] + i;
      }
      rows[a] = layout.offsets()[a + 2] - 1;
    }
    int cacheRows = 32 * (1 + blocks) + answers * pitch;
    int keyColumns = heads.key() * heads.headDim();
    long keys = arrays.allocate(4L * cacheRows * keyColumns);
    long values = arrays.allocate(4L * cacheRows * keyColumns);
    Rows copies = new Rows(TestDevices.program(arrays.device()));
    long sources = arrays.upload(from);
    long targets = arrays.upload(to);
    DeviceMatrix keyCache = DeviceMatrix.dense(keys, cacheRows, keyColumns);
    DeviceMatrix valueCache = DeviceMatrix.dense(values, cacheRows, keyColumns);
    copies.scatterRows(x.k.device(), sources, targets, keyCache, to.length, keyColumns);
    copies.scatterRows(x.v.device(), sources, targets, valueCache, to.length, keyColumns);

    int columns = heads.query() * heads.headDim();
    Both q = arrays.normal(answers, columns);
    Both out = arrays.normal(answers, columns, 1, columns + 2);
    Both whole = arrays.normal(answers, columns);
    long last = arrays.upload(rows);
    copies.gatherRows(x.q.device(), last, q.device(), answers, columns);
    copies.gatherRows(x.out.device(), last, whole.device(), answers, columns);
    attention.attentionStep(
        q.device(),
        keys,
        values,
        arrays.upload(positions),
        arrays.upload(prefixRow),
        arrays.upload(prefixLength),
        arrays.upload(ownRow),
        out.device(),
        answers,
        heads);
    assertThat(arrays.floats(out.device()))
        .as("%s", heads)
        .isEqualTo(arrays.floats(whole.device()));
  }

  @ParameterizedTest
  @MethodSource("devices")
  void headsThatThereIsNoKernelForAreRefused(Opening opening) {
    try (DeviceArrays arrays = new DeviceArrays(opening.open(), 5);
        Attention.Batch batch = new Attention.Batch(arrays.device())) {
      Heads heads = new Heads(1, 1, 12);
      Operands x = Operands.of(arrays, heads, 3);
      batch.set(tiles(heads, SequenceLayout.single(3)));
      Attention attention = attention(arrays);
      assertThatThrownBy(() ->
              attention.attention(
                  x.q.device(), x.k.device(), x.v.device(), batch, x.out.device(), null))
          .hasMessageContaining("heads of 12 columns")
          .hasMessageContaining("multiples of 8 up to 256");
    }
  }
}
