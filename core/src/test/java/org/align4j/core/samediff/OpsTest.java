package org.align4j.core.samediff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.common.collect.ImmutableMap;
import java.util.Arrays;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.align4j.core.batch.TokenBatch;
import org.align4j.core.engine.Inputs;
import org.align4j.core.ops.Gelu;
import org.align4j.core.ops.Heads;
import org.align4j.core.ops.Ops;
import org.align4j.core.ops.RopeTable;
import org.align4j.core.ops.WeightLayout;
import org.align4j.core.tensor.Parameters;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;

/** Each op against a plain Java reference, and its gradients against finite differences. */
class OpsTest {

  private static final int N = 5;

  /** Forward in double: rounding is 1e-15, the sums here a few terms long. */
  private static void check(
      OpCase definition, TokenBatch batch, UnaryOperator<Parameters> ready, Reference reference) {
    Parameters parameters = ready.apply(OpCase.parameters(definition, DataType.DOUBLE, 3));
    double[][] expected = reference.of(OpCase.rows(parameters, OpCase.X), parameters);
    double[][] actual = OpCase.outputs(definition, parameters, batch);
    assertThat(actual).hasDimensions(expected.length, expected[0].length);
    for (int n = 0; n < expected.length; n++) {
      for (int c = 0; c < expected[n].length; c++) {
        assertThat(actual[n][c])
            .as("row %s column %s", n, c)
            .isCloseTo(expected[n][c], within(1e-7));
      }
    }
    try (SameDiffNetwork network = SameDiffNetwork.create(definition, parameters)) {
      GradientCheck.check(network, batch, false);
    }
  }

  private interface Reference {
    double[][] of(double[][] x, Parameters parameters);
  }

  private static void check(OpCase definition, Reference reference) {
    check(definition, OpCase.batch(N), p -> p, reference);
  }

  private static double[][] map(double[][] x, UnaryOperator<double[]> row) {
    double[][] y = new double[x.length][];
    for (int n = 0; n < x.length; n++) {
      y[n] = row.apply(x[n]);
    }
    return y;
  }

  @Test
  void rmsNormNormalisesRows() {
    check(rmsNorm(7, 7), (x, p) -> PlainOps.rmsNorm(x, PlainOps.vector(p, "w"), 1e-2f));
  }

  @Test
  void rmsNormOfAShortWeightNormalisesEachHead() {
    check(rmsNorm(12, 4), (x, p) -> PlainOps.rmsNorm(x, PlainOps.vector(p, "w"), 1e-2f));
  }

  @Test
  void rmsNormAddsTheOffsetToTheWeight() {
    check(
        rmsNorm(12, 4, 1),
        (x, p) -> {
          double[] weight = PlainOps.vector(p, "w");
          return PlainOps.rmsNorm(x, Arrays.stream(weight).map(w -> w + 1).toArray(), 1e-2f);
        });
  }

  private static OpCase rmsNorm(int columns, int block) {
    return rmsNorm(columns, block, 0);
  }

  private static OpCase rmsNorm(int columns, int block, float offset) {
    return new OpCase(
        N,
        columns,
        columns,
        Map.of("w", new long[] {block}),
        new OpCase.Body() {
          @Override
          public <T> T apply(Ops<T> ops, T x, Inputs<T> inputs) {
            return ops.rmsNorm(x, ops.parameter("w"), 1e-2f, offset);
          }
        });
  }

  @Test
  void layerNormHasAnEpsilonInsideTheRoot() {
    var definition =
        new OpCase(
            N,
            7,
            7,
            ImmutableMap.of("w", new long[] {7}, "b", new long[] {7}),
            new OpCase.Body() {
              @Override
              public <T> T apply(Ops<T> ops, T x, Inputs<T> inputs) {
                return ops.layerNorm(x, ops.parameter("w"), ops.parameter("b"), 0.5f);
              }
            });
    check(
        definition,
        (x, p) -> PlainOps.layerNorm(x, PlainOps.vector(p, "w"), PlainOps.vector(p, "b"), 0.5f));
  }

  @Test
  void linearReadsBothWeightLayouts() {
    for (WeightLayout layout : WeightLayout.values()) {
      for (boolean bias : new boolean[] {true, false}) {
        long[] shape = layout == WeightLayout.OUT_IN ? new long[] {3, 7} : new long[] {7, 3};
        var definition =
            new OpCase(
                N,
                7,
                3,
                ImmutableMap.of("w", shape, "b", new long[] {3}),
                new OpCase.Body() {
                  @Override
                  public <T> T apply(Ops<T> ops, T x, Inputs<T> inputs) {
                    return ops.linear(
                        x, ops.parameter("w"), bias ? ops.parameter("b") : null, layout);
                  }
                });
        check(
            definition,
            (x, p) ->
                PlainOps.linear(
                    x, OpCase.rows(p, "w"), bias ? PlainOps.vector(p, "b") : null, layout));
      }
    }
  }

  @Test
  void columnsTakesARange() {
    check(
        new OpCase(
            N,
            7,
            3,
            Map.of(),
            new OpCase.Body() {
              @Override
              public <T> T apply(Ops<T> ops, T x, Inputs<T> inputs) {
                return ops.columns(x, 2, 5);
              }
            }),
        (x, p) -> map(x, row -> Arrays.copyOfRange(row, 2, 5)));
  }

  @Test
  void geluHasBothForms() {
    for (Gelu form : Gelu.values()) {
      check(
          new OpCase(
              N,
              7,
              7,
              Map.of(),
              new OpCase.Body() {
                @Override
                public <T> T apply(Ops<T> ops, T x, Inputs<T> inputs) {
                  return ops.gelu(x, form);
                }
              }),
          (x, p) -> map(x, row -> PlainOps.gelu(row, form)));
    }
  }

  @Test
  void swiGluGatesAndAddAdds() {
    check(
        new OpCase(
            N,
            6,
            3,
            Map.of(),
            new OpCase.Body() {
              @Override
              public <T> T apply(Ops<T> ops, T x, Inputs<T> inputs) {
                T up = ops.columns(x, 3, 6);
                return ops.add(ops.swiGlu(ops.columns(x, 0, 3), up), up);
              }
            }),
        (x, p) ->
            map(
                x,
                row -> {
                  double[] y = new double[3];
                  for (int c = 0; c < 3; c++) {
                    y[c] = row[c] / (1 + Math.exp(-row[c])) * row[c + 3] + row[c + 3];
                  }
                  return y;
                }));
  }

  @Test
  void geGluGatesAndScaleMultiplies() {
    check(
        new OpCase(
            N,
            6,
            3,
            Map.of(),
            new OpCase.Body() {
              @Override
              public <T> T apply(Ops<T> ops, T x, Inputs<T> inputs) {
                T gate = ops.columns(x, 0, 3);
                return ops.scale(ops.geGlu(gate, ops.columns(x, 3, 6)), 1.5f);
              }
            }),
        (x, p) ->
            map(
                x,
                row -> {
                  double[] y = PlainOps.gelu(Arrays.copyOf(row, 3), Gelu.TANH);
                  for (int c = 0; c < 3; c++) {
                    y[c] *= 1.5 * row[c + 3];
                  }
                  return y;
                }));
  }

  @Test
  void ropeTurnsByPosition() {
    checkRope(new RopeTable(new float[] {1f, 0.25f}, 50));
  }

  @Test
  void ropeTurnsThePartOfAHeadThatItsTableIsFor() {
    checkRope(new RopeTable(new float[] {1f, 0.25f}, 6, 50, 1.5f));
  }

  private static void checkRope(RopeTable table) {
    var definition =
        new OpCase(
            9,
            12,
            12,
            Map.of(),
            new OpCase.Body() {
              @Override
              public <T> T apply(Ops<T> ops, T x, Inputs<T> inputs) {
                return ops.rope(x, table, inputs.positions());
              }
            });
    TokenBatch batch = OpCase.batch(new int[] {2, 4, 3}, new int[] {-1, 0, -1});
    check(
        definition,
        batch,
        p -> p,
        (x, p) -> PlainOps.rope(x, table, new int[] {0, 1, 2, 3, 4, 5, 0, 1, 2}));
  }

  @Test
  void positionsHaveAnEmbedding() {
    var definition =
        new OpCase(
            5,
            3,
            3,
            Map.of("wpe", new long[] {6, 3}),
            new OpCase.Body() {
              @Override
              public <T> T apply(Ops<T> ops, T x, Inputs<T> inputs) {
                return ops.add(x, ops.embedding(ops.parameter("wpe"), inputs.positions()));
              }
            });
    check(
        definition,
        OpCase.batch(3, 2),
        p -> p,
        (x, p) -> {
          double[][] wpe = OpCase.rows(p, "wpe");
          int[] positions = {0, 1, 2, 0, 1};
          double[][] y = new double[5][3];
          for (int n = 0; n < 5; n++) {
            for (int c = 0; c < 3; c++) {
              y[n][c] = x[n][c] + wpe[positions[n]][c];
            }
          }
          return y;
        });
  }

  @Test
  void attentionIsCausalAndGrouped() {
    for (Heads heads : new Heads[] {new Heads(2, 2, 4), new Heads(6, 2, 2), new Heads(3, 1, 2)}) {
      checkAttention(heads, new int[] {1, 5, 3}, new int[] {-1, -1, -1});
    }
  }

  @Test
  void attentionContinuesAPrefix() {
    checkAttention(new Heads(4, 2, 2), new int[] {3, 2, 1, 2}, new int[] {-1, 0, 0, -1});
  }

  @Test
  void attentionEndsAtItsWindow() {
    checkAttention(new Heads(4, 2, 2, 2), new int[] {3, 2, 1, 7}, new int[] {-1, 0, 0, -1});
    checkAttention(new Heads(2, 1, 4, 1), new int[] {5}, new int[] {-1});
  }

  private static void checkAttention(Heads heads, int[] lengths, int[] prefix) {
    int q = heads.query() * heads.headDim();
    int k = heads.key() * heads.headDim();
    TokenBatch batch = OpCase.batch(lengths, prefix);
    var definition =
        new OpCase(
            batch.tokens().length,
            q + 2 * k,
            q,
            Map.of(),
            new OpCase.Body() {
              @Override
              public <T> T apply(Ops<T> ops, T x, Inputs<T> inputs) {
                return ops.attention(
                    ops.columns(x, 0, q),
                    ops.columns(x, q, q + k),
                    ops.columns(x, q + k, q + 2 * k),
                    heads);
              }
            });
    check(definition, batch, p -> p, (x, p) -> PlainOps.attention(x, heads, batch.layout()));
  }
}
