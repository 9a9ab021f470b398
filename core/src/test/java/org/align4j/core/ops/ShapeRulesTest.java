package org.align4j.core.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableMap;
import org.align4j.core.engine.Head;
import org.align4j.core.engine.Inputs;
import org.align4j.core.engine.NetworkDefinition;
import org.align4j.core.graph.Graph;
import org.align4j.core.graph.PlanOps;
import org.align4j.core.samediff.SameDiffNetwork;
import org.align4j.core.tensor.Parameters;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;

/** Operands that do not fit are refused by one rule an op, on every engine. */
class ShapeRulesTest {

  private static final int POSITIONS = 8;
  private static final RopeTable TABLE = new RopeTable(new float[] {1, 0.1f}, POSITIONS);

  /** One thing wrong each; tables {@code [6,4]}, vectors {@code [4]} and {@code [3]}. */
  enum Misuse {
    NONE(""),
    EMBEDDING("ids are the tokens or the positions"),
    RMS_NORM("multiple of the weight's"),
    LAYER_NORM("layerNorm: [4] expected"),
    LINEAR("the weight takes 6 columns"),
    BIAS("linear: [6] expected"),
    COLUMNS("columns [2, 5)"),
    ROPE_HEADS("multiple of headDim (4)"),
    ROPE_IDS("it takes the batch's positions"),
    ATTENTION("attention keys: 4 columns expected"),
    SWI_GLU("swiGlu up: 4 columns expected"),
    GE_GLU("geGlu up: 4 columns expected"),
    SCALE("scale of"),
    ADD("add: 4 columns expected"),
    NO_ACTIVATION("gelu of"),
    NO_PARAMETER("linear by");

    private final String message;

    Misuse(String message) {
      this.message = message;
    }
  }

  private record Network(Misuse misuse, int maxPositions) implements NetworkDefinition {

    @Override
    public ImmutableMap<String, long[]> parameterShapes() {
      return ImmutableMap.of(
          "table", new long[] {6, 4}, "four", new long[] {4}, "three", new long[] {3});
    }

    @Override
    public <T> Head<T> build(Ops<T> ops, Inputs<T> inputs) {
      T table = ops.parameter("table");
      T four = ops.parameter("four");
      T three = ops.parameter("three");
      T x = ops.rope(ops.embedding(table, inputs.tokens()), TABLE, inputs.positions());
      T narrow = ops.columns(x, 1, 4);
      switch (misuse) {
        case NONE -> {}
        case EMBEDDING -> ops.embedding(table, x);
        case RMS_NORM -> ops.rmsNorm(x, three, 1e-6f);
        case LAYER_NORM -> ops.layerNorm(x, four, three, 1e-6f);
        case LINEAR -> ops.linear(x, table, null, WeightLayout.IN_OUT);
        case BIAS -> ops.linear(x, table, four, WeightLayout.OUT_IN);
        case COLUMNS -> ops.columns(x, 2, 5);
        case ROPE_HEADS -> ops.rope(narrow, TABLE, inputs.positions());
        case ROPE_IDS -> ops.rope(x, TABLE, inputs.tokens());
        case ATTENTION -> ops.attention(x, narrow, x, new Heads(1, 1, 4));
        case SWI_GLU -> ops.swiGlu(x, narrow);
        case GE_GLU -> ops.geGlu(x, narrow);
        case SCALE -> ops.scale(table, 2);
        case ADD -> ops.add(x, narrow);
        case NO_ACTIVATION -> ops.gelu(table, Gelu.ERF);
        case NO_PARAMETER -> ops.linear(x, narrow, null, WeightLayout.OUT_IN);
      }
      return new Head.Language<>(x, table);
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void operandsThatDoNotFitAreRefused(Misuse misuse) {
    Network network = new Network(misuse, POSITIONS);
    assertThatThrownBy(() -> PlanOps.record(network))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(misuse.message);
    try (Parameters parameters = Parameters.zeros(DataType.FLOAT, network.parameterShapes())) {
      assertThatThrownBy(() -> SameDiffNetwork.create(network, parameters))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(misuse.message);
    }
  }

  @Test
  void aTableWithFewerPositionsThanSequencesMayHaveIsRefused() {
    Graph graph = PlanOps.record(new Network(Misuse.NONE, POSITIONS));
    assertThat(graph.operations()).hasSize(3);
    assertThat(graph.tokenLimit()).isEqualTo(6);
    assertThatThrownBy(() -> PlanOps.record(new Network(Misuse.NONE, POSITIONS + 1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Rope: the table holds 8 positions, sequences may have 9: make it larger");
  }
}
