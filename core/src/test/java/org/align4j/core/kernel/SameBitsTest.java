package org.align4j.core.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.align4j.core.batch.SequenceLayout;
import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.kernel.memory.NativeFloats;
import org.align4j.core.kernel.vector.VectorKernels;
import org.align4j.core.ops.Heads;
import org.align4j.core.ops.WeightLayout;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** An element's bits depend on its own inputs alone: not on company, tiles, threads or packing. */
@Tag("lanes")
class SameBitsTest {

  private final Kernels kernels = new VectorKernels();

  private static void assertSame(Matrix actual, int row, Matrix expected, int expectedRow) {
    assertThat(actual.row(row).toArray()).containsExactly(expected.row(expectedRow).toArray());
  }

  private Matrix product(KernelData data, Matrix x, PackedMatrix w, int threads) {
    Matrix y = data.matrix(x.rows(), w.columns());
    try (Threads pool = new Threads(threads)) {
      pool.run(
          (from, to, scratch) ->
              kernels.products().product(x, x.rows(), w, null, y, false, from, to, scratch),
          kernels.products().productTiles(x.rows(), w),
          1);
    }
    return y;
  }

  @Test
  void aRowOfAProductIsTheSameAloneAndInAnyBatch() {
    Random random = new Random(3);
    for (int trial = 0; trial < 12; trial++) {
      try (KernelData data = new KernelData(trial)) {
        int rows = 1 + random.nextInt(trial == 1 ? 600 : 200);
        Matrix x = data.matrix(rows, 1 + random.nextInt(trial == 0 ? 3000 : 900));
        PackedMatrix w =
            data.pack(
                kernels, data.matrix(1 + random.nextInt(70), x.columns()), WeightLayout.OUT_IN);
        Matrix whole = product(data, x, w, 1);
        Matrix parallel = product(data, x, w, 2);
        for (int n = 0; n < rows; n++) {
          assertSame(parallel, n, whole, n);
        }
        for (int size : new int[] {1, 2, 3, 4, 5, 6, 7, 16}) {
          int first = random.nextInt(rows);
          int count = Math.min(size, rows - first);
          Matrix some = product(data, x.rows(first, first + count), w, 1);
          for (int n = 0; n < count; n++) {
            assertSame(some, n, whole, first + n);
          }
        }
      }
    }
  }

  @Test
  void aProductReadsItsRowsAnewInEachRoundAndOutsideOfRounds() {
    try (KernelData data = new KernelData(6);
        Threads pool = new Threads(2)) {
      Matrix x = data.matrix(9, 30);
      PackedMatrix w = data.pack(kernels, data.matrix(40, 30), WeightLayout.OUT_IN);
      Matrix y = data.matrix(9, 40);
      int tiles = kernels.products().productTiles(9, w);
      Task task = (from, to, s) -> kernels.products().product(x, 9, w, null, y, false, from, to, s);
      for (int change = 0; change < 2; change++) {
        Matrix expected = product(data, data.fill(x), w, 1);
        pool.run(task, tiles, 1);
        assertSame(y, 8, expected, 8);
        expected = product(data, data.fill(x), w, 1);
        task.run(0, tiles, data.scratch);
        assertSame(y, 8, expected, 8);
      }
    }
  }

  @Test
  void partsOfTheDepthAddUpToTheWholeProduct() {
    try (KernelData data = new KernelData(5)) {
      Matrix x = data.matrix(9, 300);
      PackedMatrix w = data.pack(kernels, data.matrix(40, 300), WeightLayout.OUT_IN);
      Matrix whole = product(data, x, w, 1);
      Matrix y = data.matrix(9, 40);
      int tiles = kernels.products().productTiles(9, w);
      for (int from = 0; from < 300; from += 77) {
        int to = Math.min(300, from + 77);
        kernels
            .products()
            .product(
                x.columns(from, to),
                9,
                w.depth(from, to),
                null,
                y,
                from > 0,
                0,
                tiles,
                data.scratch);
      }
      for (int n = 0; n < 9; n++) {
        assertSame(y, n, whole, n);
      }
    }
  }

  @Test
  void attentionIsTheSameWithASharedPrefixAloneAndStepByStepFromACache() {
    Random random = new Random(4);
    for (Heads heads :
        List.of(
            new Heads(3, 1, 16),
            new Heads(4, 2, 10),
            new Heads(3, 1, 16, 1),
            new Heads(4, 2, 10, 21),
            new Heads(2, 1, 10, 64))) {
      for (int trial = 0; trial < 6; trial++) {
        try (KernelData data = new KernelData(trial)) {
          int prefix = 1 + random.nextInt(100);
          int own = 1 + random.nextInt(90);
          int other = 1 + random.nextInt(90);
          int n = prefix + other + own;
          Matrix q = data.matrix(n, heads.query() * heads.headDim());
          Matrix k = data.matrix(n, heads.key() * heads.headDim());
          Matrix v = data.matrix(n, heads.key() * heads.headDim());
          Matrix shared = data.copy(q);
          AttentionTiles tiles = new AttentionTiles(heads);
          int[] offsets = {0, prefix, prefix + other, n};
          tiles.set(new SequenceLayout(offsets, new int[] {-1, 0, 0}));
          kernels
              .attention()
              .attention(
                  new AttentionKernels.Operands(q, k, v, tiles, shared, null),
                  0,
                  tiles.tiles(),
                  data.scratch);

          int[] order = new int[prefix + own];
          Arrays.setAll(order, i -> i < prefix ? i : i + other);
          Matrix qAlone = gather(data, q, order);
          Matrix kAlone = gather(data, k, order);
          Matrix vAlone = gather(data, v, order);
          Matrix alone = data.copy(qAlone);
          tiles.set(SequenceLayout.single(prefix + own));
          kernels
              .attention()
              .attention(
                  new AttentionKernels.Operands(qAlone, kAlone, vAlone, tiles, alone, null),
                  0,
                  tiles.tiles(),
                  data.scratch);

          Matrix stepwise = data.copy(qAlone);
          int run = 128 + prefix % AttentionKernels.KEY_BLOCK;
          int[] rows =
              IntStream.range(0, prefix + own)
                  .map(i -> i < prefix ? i : run + i - prefix)
                  .toArray();
          KeyValuePanels cache = data.cache(kernels, heads, kAlone, vAlone, rows);
          for (int p = 0; p < prefix + own; p++) {
            tiles.clear();
            tiles.addStep(p, p, 0, p < prefix ? 0 : prefix, p < prefix ? 0 : run);
            kernels
                .attention()
                .stepAttention(qAlone, cache, tiles, stepwise, 0, tiles.tiles(), data.scratch);
          }
          for (int i = 0; i < prefix + own; i++) {
            assertSame(alone, i, shared, order[i]);
            assertSame(stepwise, i, shared, order[i]);
          }
        }
      }
    }
  }

  @Test
  void stepsWithACommonPrefixAreTheSameTogetherAndAlone() {
    Random random = new Random(5);
    for (Heads heads :
        List.of(
            new Heads(3, 1, 16),
            new Heads(4, 2, 10),
            new Heads(9, 3, 64),
            new Heads(4, 2, 10, 7),
            new Heads(2, 2, 16, 40))) {
      for (int trial = 0; trial < 8; trial++) {
        try (KernelData data = new KernelData(trial)) {
          int prefix = 1 + random.nextInt(100);
          int members = 1 + random.nextInt(19);
          int[] own = random.ints(members, 0, 70).toArray();
          int room = 128;
          Matrix k = data.matrix(128 + members * room, heads.key() * heads.headDim());
          Matrix v = data.matrix(128 + members * room, heads.key() * heads.headDim());
          int[] rows = IntStream.range(0, k.rows()).toArray();
          KeyValuePanels cache = data.cache(kernels, heads, k, v, rows);
          int run = 128 + prefix % AttentionKernels.KEY_BLOCK;
          Matrix q = data.matrix(members, heads.query() * heads.headDim());
          Matrix together = data.copy(q);
          AttentionTiles tiles = new AttentionTiles(heads);
          for (int m = 0; m < members; m++) {
            tiles.addStep(m, prefix + own[m], 0, prefix, run + m * room);
          }
          assertThat(tiles.tiles()).isEqualTo(heads.key() * ((members + 7) / 8));
          kernels
              .attention()
              .stepAttention(q, cache, tiles, together, 0, tiles.tiles(), data.scratch);
          for (int m = 0; m < members; m++) {
            int length = prefix + own[m] + 1;
            int[] order = new int[length];
            for (int i = 0; i < length; i++) {
              order[i] = i < prefix ? i : run + m * room + i - prefix;
            }
            Matrix queries = data.matrix(length, q.columns());
            kernels.rows().copy(q.rows(m, m + 1), queries.rows(length - 1, length), 0, 1);
            Matrix alone = data.copy(queries);
            tiles.set(SequenceLayout.single(length));
            kernels
                .attention()
                .attention(
                    new AttentionKernels.Operands(
                        queries,
                        gather(data, k, order),
                        gather(data, v, order),
                        tiles,
                        alone,
                        null),
                    0,
                    tiles.tiles(),
                    data.scratch);
            assertSame(together, m, alone, length - 1);
          }
        }
      }
    }
  }

  private Matrix gather(KernelData data, Matrix x, int[] rows) {
    Matrix y = data.matrix(rows.length, x.columns());
    kernels.rows().gatherRows(x, rows, y, 0, rows.length);
    return y;
  }

  @Test
  void softmaxStatisticsAreTheSameBySliceAndFromARowOfAllLogits() {
    try (KernelData data = new KernelData(6)) {
      int v = 2500;
      Matrix hidden = data.matrix(40, 24);
      PackedMatrix w = data.pack(kernels, data.matrix(v, 24), WeightLayout.OUT_IN);
      Matrix bySlice = data.matrix(40, 9);
      for (int slice = 0; slice < 3; slice++) {
        int from = slice * HeadKernels.SLICE;
        PackedMatrix part = w.columns(from, Math.min(v, from + HeadKernels.SLICE));
        Matrix logits = product(data, hidden, part, 2);
        kernels.heads().sliceStatistics(logits, 0.7f, bySlice, slice, 0, 40, data.scratch);
      }
      for (int n = 0; n < 40; n++) {
        Matrix logits = product(data, hidden.rows(n, n + 1), w, 1);
        Matrix statistics = data.matrix(1, 9);
        kernels.heads().sliceStatistics(logits, 0.7f, statistics, 0, 0, 1, data.scratch);
        assertSame(statistics, 0, bySlice, n);
      }
    }
  }

  @Test
  void activationsAndNormsAreTheSameInEveryLaneAndTail() {
    try (KernelData data = new KernelData(7)) {
      Matrix gate = data.matrix(3, 33);
      Matrix up = data.matrix(3, 33);
      Matrix y = data.matrix(3, 33);
      kernels.activations().swiGlu(gate, up, y, 0, 3);
      for (int c = 0; c < 33; c++) {
        Matrix one = data.matrix(3, 1);
        kernels.activations().swiGlu(gate.columns(c, c + 1), up.columns(c, c + 1), one, 0, 3);
        assertThat(one.get(2, 0)).isEqualTo(y.get(2, c));
      }
      NativeFloats weight = data.floats(33);
      kernels.norms().rmsNorm(gate, weight, 1e-5f, y, 0, 3);
      Matrix moved = data.matrix(1, 40).columns(5, 38);
      kernels.rows().copy(gate.rows(1, 2), moved, 0, 1);
      kernels.norms().rmsNorm(moved, weight, 1e-5f, moved, 0, 1);
      assertSame(moved, 0, y, 1);
    }
  }

  @Test
  void gradientsAreTheSameForOneAndTwoThreads() {
    float[][] results = new float[2][];
    for (int threads = 1; threads <= 2; threads++) {
      try (KernelData data = new KernelData(8);
          Threads pool = new Threads(threads)) {
        Heads heads = new Heads(4, 2, 8);
        SequenceLayout layout =
            new SequenceLayout(new int[] {0, 70, 100, 160, 180}, new int[] {-1, 0, -1, 1});
        AttentionTiles tiles = new AttentionTiles(heads);
        tiles.set(layout);
        Matrix q = data.matrix(180, 32);
        Matrix k = data.matrix(180, 16);
        Matrix v = data.matrix(180, 16);
        Matrix out = data.matrix(180, 32);
        Matrix lse = data.matrix(180, 4);
        Matrix dOut = data.matrix(180, 32);
        pool.run(
            (a, b, s) ->
                kernels
                    .attention()
                    .attention(new AttentionKernels.Operands(q, k, v, tiles, out, lse), a, b, s),
            tiles.tiles(),
            1);
        List<Matrix> gradients =
            data.attentionGradient(kernels, pool, tiles, List.of(q, k, v), out, lse, dOut);
        Matrix dq = gradients.get(0);
        Matrix dk = gradients.get(1);
        Matrix dv = gradients.get(2);
        Matrix dW = data.matrix(32, 16);
        PackedMatrix packed = data.pack(kernels, k, WeightLayout.IN_OUT);
        pool.run(
            (a, b, s) -> kernels.products().transposedProduct(dq, 32, packed, dW, true, a, b, s),
            kernels.products().productTiles(32, packed),
            1);
        int[] ids = data.integers(180, 5);
        Matrix dTable = data.matrix(5, 32);
        pool.run((a, b, s) -> kernels.rows().scatterAddRows(dq, ids, 180, dTable, a, b), 32, 7);
        float[] all = new float[0];
        for (Matrix m : new Matrix[] {dq, dk, dv, dW, dTable}) {
          float[] values = KernelData.values(m);
          int length = all.length;
          all = Arrays.copyOf(all, length + values.length);
          System.arraycopy(values, 0, all, length, values.length);
        }
        results[threads - 1] = all;
      }
    }
    assertThat(results[1]).containsExactly(results[0]);
  }
}
