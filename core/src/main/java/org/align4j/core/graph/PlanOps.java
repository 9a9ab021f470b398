package org.align4j.core.graph;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.align4j.core.engine.Head;
import org.align4j.core.engine.Inputs;
import org.align4j.core.engine.NetworkDefinition;
import org.align4j.core.ops.Ops;

/**
 * Records a network as a list of {@link PlanOp}s, checking every shape; {@link Graph} is the
 * result. Nothing is computed here.
 */
public final class PlanOps implements Ops<PlanNode> {

  private final ImmutableMap<String, long[]> shapes;
  private final NodeShapes nodes = new NodeShapes();
  private final Map<String, PlanNode> parameters = new HashMap<>();
  private final List<PlanOp> operations = new ArrayList<>();
  private final PlanNode tokens = new PlanNode(-1, PlanNode.Kind.TOKENS, 0, 1, null);
  private final PlanNode positions = new PlanNode(-1, PlanNode.Kind.POSITIONS, 0, 1, null);
  private final int maxPositions;
  private int tokenLimit = Integer.MAX_VALUE;

  private PlanOps(NetworkDefinition definition) {
    this.shapes = definition.parameterShapes();
    this.maxPositions = definition.maxPositions();
  }

  /**
   * The graph of a definition.
   *
   * @throws IllegalArgumentException for operands that do not fit, and for tables with fewer
   *     positions than sequences may have
   */
  public static Graph record(NetworkDefinition definition) {
    PlanOps ops = new PlanOps(definition);
    Head<PlanNode> head = definition.build(ops, new Inputs<>(ops.tokens, ops.positions));
    ops.check(head);
    return new Graph(
        ImmutableList.copyOf(ops.operations),
        head,
        ops.operations.size(),
        ops.maxPositions,
        ops.tokenLimit);
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
  public PlanNode apply(Op<PlanNode> op) {
    int columns = op.columns(nodes);
    checkArgument(
        op.positionLimit(nodes) >= maxPositions,
        "%s: the table holds %s positions, sequences may have %s: make it larger",
        op.getClass().getSimpleName(),
        op.positionLimit(nodes),
        maxPositions);
    tokenLimit = Math.min(tokenLimit, op.tokenLimit(nodes));
    PlanNode out = new PlanNode(operations.size(), PlanNode.Kind.ACTIVATION, 0, columns, null);
    operations.add(new PlanOp(out, op));
    return out;
  }

  private void check(Head<PlanNode> head) {
    int columns = nodes.columns("the head", head.hidden());
    switch (head) {
      case Head.Language<PlanNode> h ->
          checkArgument(
              nodes.parameterColumns("the head", h.weight()) == columns,
              "the head of %s by %s: the columns differ",
              h.hidden(),
              h.weight());
      case Head.Scalar<PlanNode> h -> {
        nodes.vector("the head", h.weight(), columns);
        if (h.bias() != null) {
          nodes.vector("the head's bias", h.bias(), 1);
        }
      }
    }
  }

  /** Shapes as the nodes have them. */
  private static final class NodeShapes implements Shapes<PlanNode> {

    @Override
    public int columns(String op, PlanNode activation) {
      checkArgument(
          activation.kind() == PlanNode.Kind.ACTIVATION,
          "%s of %s: not an activation",
          op,
          activation);
      return activation.columns();
    }

    @Override
    public int parameterRows(String op, PlanNode parameter) {
      return checked(op, parameter).rows();
    }

    @Override
    public int parameterColumns(String op, PlanNode parameter) {
      return checked(op, parameter).columns();
    }

    private static PlanNode checked(String op, PlanNode parameter) {
      checkArgument(
          parameter.kind() == PlanNode.Kind.PARAMETER, "%s by %s: not a parameter", op, parameter);
      return parameter;
    }

    @Override
    public boolean areTokens(PlanNode node) {
      return node.kind() == PlanNode.Kind.TOKENS;
    }

    @Override
    public boolean arePositions(PlanNode node) {
      return node.kind() == PlanNode.Kind.POSITIONS;
    }
  }
}
