package org.align4j.core.kernel;

import static org.align4j.core.kernel.KernelAgreement.agree;
import static org.align4j.core.kernel.KernelAgreement.of;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.align4j.core.batch.SequenceLayout;
import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.ops.Heads;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Attention on vectors; see {@link VectorKernelsTest}. */
@Tag("lanes")
class VectorAttentionTest {

  @Test
  void attentionAndItsGradientAgree() {
    SequenceLayout layout =
        new SequenceLayout(
            new int[] {0, 37, 42, 110, 111, 180, 190, 193, 230},
            new int[] {-1, 0, 0, -1, 3, 1, 5, 4});
    for (Heads heads :
        List.of(
            new Heads(3, 1, 8),
            new Heads(4, 2, 6),
            new Heads(2, 2, 34),
            new Heads(4, 2, 6, 1),
            new Heads(3, 1, 8, 9),
            new Heads(4, 4, 6, 33))) {
      agree(
          "attention " + heads,
          (k, data) -> {
            int n = layout.tokens();
            int d = heads.headDim();
            AttentionTiles tiles = new AttentionTiles(heads);
            tiles.set(layout);
            Matrix q = data.matrix(n, heads.query() * d);
            Matrix key = data.matrix(n, heads.key() * d);
            Matrix value = data.matrix(n, heads.key() * d);
            Matrix out = data.matrix(n, heads.query() * d);
            Matrix lse = data.matrix(n, heads.query());
            k.attention()
                .attention(
                    new AttentionKernels.Operands(q, key, value, tiles, out, lse),
                    0,
                    tiles.tiles(),
                    data.scratch);
            Matrix dOut = data.matrix(n, heads.query() * d);
            assertThat(tiles.gradientTiles()).isEqualTo(7 * heads.key());
            try (Threads one = new Threads(1)) {
              List<Matrix> gradients =
                  data.attentionGradient(k, one, tiles, List.of(q, key, value), out, lse, dOut);
              return of(out, lse, gradients.get(0), gradients.get(1), gradients.get(2));
            }
          });
    }
  }

  @Test
  void attentionStepsAgree() {
    for (Heads heads :
        List.of(
            new Heads(3, 1, 8),
            new Heads(4, 2, 6),
            new Heads(2, 2, 34),
            new Heads(14, 1, 10),
            new Heads(60, 1, 10),
            new Heads(3, 1, 8, 1),
            new Heads(4, 2, 6, 20),
            new Heads(2, 2, 34, 50))) {
      agree(
          "steps " + heads,
          (k, data) -> {
            int d = heads.headDim();
            AttentionTiles tiles = new AttentionTiles(heads);
            for (int m = 0; m < 5; m++) {
              tiles.addStep(m, 45 + 17 * m, 32, 45, 109 + 96 * m);
            }
            tiles.addStep(5, 2, 0, 1, 33);
            tiles.addStep(6, 36, 0, 0, 96);
            Matrix q = data.matrix(7, heads.query() * d);
            Matrix key = data.matrix(600, heads.key() * d);
            Matrix value = data.matrix(600, heads.key() * d);
            KeyValuePanels cache =
                data.cache(k, heads, key, value, IntStream.range(0, 600).toArray());
            Matrix out = data.matrix(7, heads.query() * d);
            k.attention().stepAttention(q, cache, tiles, out, 0, tiles.tiles(), data.scratch);
            return of(out);
          });
    }
  }
}
