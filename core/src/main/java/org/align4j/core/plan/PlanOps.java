package org.align4j.core.plan;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.align4j.core.engine.Head;
import org.align4j.core.engine.Inputs;
import org.align4j.core.engine.NetworkDefinition;
import org.align4j.core.ops.Gelu;
import org.align4j.core.ops.Heads;
import org.align4j.core.ops.Ops;
import org.align4j.core.ops.RopeTable;
import org.align4j.core.ops.TokenScores;
import org.align4j.core.ops.WeightLayout;
import org.jspecify.annotations.Nullable;

/**
 * Records a network as a list of {@link Operation}s, checking every shape; {@link Graph} is the
 * result. Nothing is computed here.
 */
public final class PlanOps implements Ops<PlanNode> {

  private final ImmutableMap<String, long[]> shapes;
  private final Map<String, PlanNode> parameters = new HashMap<>();
  private final List<Operation> operations = new ArrayList<>();
  private final PlanNode tokens = new PlanNode(-1, PlanNode.Kind.TOKENS, 0, 1, null);
  private final PlanNode positions = new PlanNode(-1, PlanNode.Kind.POSITIONS, 0, 1, null);
  private final PlanNode headInput = new PlanNode(-1, PlanNode.Kind.HEAD, 0, 1, null);
  private @Nullable Head<PlanNode> head;
  private int activations;

  private PlanOps(ImmutableMap<String, long[]> shapes) {
    this.shapes = shapes;
  }

  /** The graph of a definition. */
  static Graph record(NetworkDefinition definition) {
    PlanOps ops = new PlanOps(definition.parameterShapes());
    Head<PlanNode> end = definition.build(ops, new Inputs<>(ops.tokens, ops.positions));
    switch (end) {
      case Head.Language<PlanNode> h ->
          ops.tokenScores(h.hidden(), h.weight(), ops.headInput, ops.headInput, ops.headInput);
      case Head.Scalar<PlanNode> h ->
          ops.scalarHead(h.hidden(), h.weight(), h.bias(), ops.headInput);
    }
    return new Graph(
        ImmutableList.copyOf(ops.operations), end, ops.activations, definition.maxPositions());
  }

  @Override
  public PlanNode parameter(String name) {
    return parameters.computeIfAbsent(
        name,
        key -> {
          long[] shape = shapes.get(key);
          checkArgument(
              shape != null,
              "the network reads parameter %s, which its parameterShapes do not list",
              key);
          checkArgument(
              shape.length == 1 || shape.length == 2,
              "%s has %s axes: parameters have one or two",
              key,
              shape.length);
          int rows = shape.length == 1 ? 1 : Math.toIntExact(shape[0]);
          return new PlanNode(
              -1, PlanNode.Kind.PARAMETER, rows, Math.toIntExact(shape[shape.length - 1]), key);
        });
  }

  @Override
  public PlanNode embedding(PlanNode table, PlanNode ids) {
    parameterOf("embedding", table);
    checkArgument(
        ids.kind() == PlanNode.Kind.TOKENS || ids.kind() == PlanNode.Kind.POSITIONS,
        "embedding of %s: ids are the tokens or the positions of the batch",
        ids);
    PlanNode out = activation(table.columns());
    operations.add(new Operation.Embedding(out, table, ids));
    return out;
  }

  @Override
  public PlanNode rmsNorm(PlanNode x, PlanNode weight, float eps) {
    activationOf("rmsNorm", x);
    parameterOf("rmsNorm", weight);
    checkArgument(
        weight.rows() == 1 && x.columns() % weight.columns() == 0,
        "rmsNorm of %s by %s: the columns must be a multiple of the weight's",
        x,
        weight);
    PlanNode out = activation(x.columns());
    operations.add(new Operation.RmsNorm(out, x, weight, eps));
    return out;
  }

  @Override
  public PlanNode layerNorm(PlanNode x, PlanNode weight, PlanNode bias, float eps) {
    activationOf("layerNorm", x);
    vector("layerNorm", weight, x.columns());
    vector("layerNorm", bias, x.columns());
    PlanNode out = activation(x.columns());
    operations.add(new Operation.LayerNorm(out, x, weight, bias, eps));
    return out;
  }

  @Override
  public PlanNode linear(
      PlanNode x, PlanNode weight, @Nullable PlanNode bias, WeightLayout layout) {
    activationOf("linear", x);
    parameterOf("linear", weight);
    boolean outIn = layout == WeightLayout.OUT_IN;
    int in = outIn ? weight.columns() : weight.rows();
    int columns = outIn ? weight.rows() : weight.columns();
    checkArgument(
        in == x.columns(),
        "linear of %s by %s (%s): the weight takes %s columns",
        x,
        weight,
        layout,
        in);
    if (bias != null) {
      vector("linear", bias, columns);
    }
    PlanNode out = activation(columns);
    operations.add(new Operation.Linear(out, x, weight, bias, layout));
    return out;
  }

  @Override
  public PlanNode columns(PlanNode x, int from, int to) {
    activationOf("columns", x);
    checkArgument(
        from >= 0 && from < to && to <= x.columns(), "columns [%s, %s) of %s", from, to, x);
    PlanNode out = activation(to - from);
    operations.add(new Operation.Columns(out, x, from));
    return out;
  }

  @Override
  public PlanNode rope(PlanNode x, RopeTable table, PlanNode ids) {
    activationOf("rope", x);
    checkArgument(
        ids.kind() == PlanNode.Kind.POSITIONS, "rope by %s: it takes the batch's positions", ids);
    checkArgument(
        x.columns() % table.headDim() == 0,
        "rope of %s: the columns must be a multiple of headDim (%s)",
        x,
        table.headDim());
    PlanNode out = activation(x.columns());
    operations.add(new Operation.Rope(out, x, table));
    return out;
  }

  @Override
  public PlanNode attention(PlanNode q, PlanNode k, PlanNode v, Heads heads) {
    width("attention queries", q, heads.query() * heads.headDim());
    width("attention keys", k, heads.key() * heads.headDim());
    width("attention values", v, heads.key() * heads.headDim());
    PlanNode out = activation(q.columns());
    operations.add(new Operation.Attention(out, q, k, v, heads));
    return out;
  }

  @Override
  public PlanNode swiGlu(PlanNode gate, PlanNode up) {
    activationOf("swiGlu", gate);
    width("swiGlu up", up, gate.columns());
    PlanNode out = activation(gate.columns());
    operations.add(new Operation.SwiGlu(out, gate, up));
    return out;
  }

  @Override
  public PlanNode gelu(PlanNode x, Gelu form) {
    activationOf("gelu", x);
    PlanNode out = activation(x.columns());
    operations.add(new Operation.GeluOf(out, x, form));
    return out;
  }

  @Override
  public PlanNode add(PlanNode a, PlanNode b) {
    activationOf("add", a);
    width("add", b, a.columns());
    PlanNode out = activation(a.columns());
    operations.add(new Operation.Add(out, a, b));
    return out;
  }

  @Override
  public TokenScores<PlanNode> tokenScores(
      PlanNode hidden, PlanNode weight, PlanNode rows, PlanNode labels, PlanNode temperature) {
    activationOf("tokenScores", hidden);
    parameterOf("tokenScores", weight);
    checkArgument(
        weight.columns() == hidden.columns(),
        "tokenScores of %s by %s: the columns differ",
        hidden,
        weight);
    finish(new Head.Language<>(hidden, weight), rows);
    return new TokenScores<>(headInput, headInput);
  }

  @Override
  public PlanNode scalarHead(
      PlanNode hidden, PlanNode weight, @Nullable PlanNode bias, PlanNode rows) {
    activationOf("scalarHead", hidden);
    vector("scalarHead", weight, hidden.columns());
    if (bias != null) {
      vector("scalarHead", bias, 1);
    }
    finish(new Head.Scalar<>(hidden, weight, bias), rows);
    return headInput;
  }

  private void finish(Head<PlanNode> end, PlanNode rows) {
    checkState(
        head == null && rows == headInput,
        "a network has one head, returned by its definition and applied by the engine");
    head = end;
  }

  private PlanNode activation(int columns) {
    return new PlanNode(activations++, PlanNode.Kind.ACTIVATION, 0, columns, null);
  }

  private static void activationOf(String op, PlanNode x) {
    checkArgument(x.kind() == PlanNode.Kind.ACTIVATION, "%s of %s: not an activation", op, x);
  }

  private static void parameterOf(String op, PlanNode x) {
    checkArgument(x.kind() == PlanNode.Kind.PARAMETER, "%s by %s: not a parameter", op, x);
  }

  private static void width(String op, PlanNode x, int columns) {
    activationOf(op, x);
    checkArgument(x.columns() == columns, "%s are %s: %s columns expected", op, x, columns);
  }

  private static void vector(String op, PlanNode x, int columns) {
    parameterOf(op, x);
    checkArgument(
        x.rows() == 1 && x.columns() == columns, "%s by %s: [%s] expected", op, x, columns);
  }
}
