package org.align4j.core.samediff;

import static com.google.common.base.Preconditions.checkNotNull;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.align4j.core.engine.Head;
import org.align4j.core.engine.Inputs;
import org.align4j.core.engine.NetworkDefinition;
import org.align4j.core.tensor.Parameters;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * From tokens to hidden states {@code [B·T, D]}, and back from their gradient to those of the
 * parameters and the looked-up rows.
 */
final class BodyGraph implements AutoCloseable {

  private static final String UPSTREAM = "upstream";

  private final Parameters parameters;
  private final DataType type;
  private final GraphRunner runner;
  private final SameDiffOps ops;
  private final Head<SDVariable> head;
  private final SDVariable hidden;
  private final SDVariable loss;
  private @Nullable List<String> differentiable;

  BodyGraph(NetworkDefinition definition, Parameters parameters) {
    this.parameters = parameters;
    SameDiff graph = SameDiff.create();
    this.ops = new SameDiffOps(graph, parameters);
    this.type = parameters.dataType();
    this.head = definition.build(ops, new Inputs<>(ops.tokens(), ops.positions()));
    this.hidden = head.hidden();
    SDVariable upstream = graph.placeHolder(UPSTREAM, type, -1, ops.width(hidden));
    this.loss = hidden.mul(upstream).sum();
    this.runner = new GraphRunner(graph);
  }

  SameDiff graph() {
    return runner.graph();
  }

  Head<SDVariable> head() {
    return head;
  }

  GraphInputs inputs() {
    return ops.inputs();
  }

  /** Floats that a forward pass makes for one token. */
  long floatsPerToken() {
    return ops.columnsMade();
  }

  /** Hidden states {@code [B·T, D]}; the caller closes them. */
  INDArray hidden(PaddedBatch batch) {
    return checkNotNull(outputs(batch, List.of()).get(hidden.name()));
  }

  /** D. */
  long hiddenColumns() {
    return ops.width(hidden);
  }

  String hiddenName() {
    return hidden.name();
  }

  /** Hidden states and other variables; the caller closes them. */
  Map<String, INDArray> outputs(PaddedBatch batch, List<String> others) {
    List<String> wanted = new ArrayList<>(others);
    wanted.add(hidden.name());
    try (Feeds feeds = feeds(batch)) {
      Map<String, INDArray> outputs = runner.run(feeds.arrays(), wanted);
      INDArray fed = feeds.arrays().get(hidden.name());
      if (fed != null) {
        // A network without ops answers what it was fed, which is about to be freed.
        outputs.put(hidden.name(), fed.dup());
      }
      return outputs;
    }
  }

  private Feeds feeds(PaddedBatch batch) {
    Feeds feeds = new Feeds(type);
    feeds.tokens(ops.inputs(), parameters, batch.tokens(), batch.positions());
    feeds.sequences(ops.inputs(), batch.sequences(), batch.columns());
    return feeds;
  }

  /** Adds the gradient of {@code sum(hidden ⊙ upstream)} to the sums. */
  void backward(PaddedBatch batch, INDArray upstream, GradientSums sums) {
    List<String> names = differentiable;
    if (names == null) {
      List<String> candidates = new ArrayList<>(parameters.names());
      candidates.removeIf(name -> !graph().hasVariable(name));
      ops.inputs().lookups().forEach(lookup -> candidates.add(lookup.placeholder()));
      names = runner.differentiate(loss, candidates);
      differentiable = names;
    }
    try (Feeds feeds = feeds(batch)) {
      feeds.lend(UPSTREAM, upstream);
      Map<String, INDArray> gradients = runner.gradients(feeds.arrays(), names);
      for (var lookup : ops.inputs().lookups()) {
        INDArray rows = gradients.remove(lookup.placeholder());
        if (rows != null) {
          boolean ofTokens = lookup.ids() == GraphInputs.Ids.TOKENS;
          sums.addRows(lookup.table(), ofTokens ? batch.tokens() : batch.positions(), rows);
          HostArrays.free(rows);
        }
      }
      gradients.forEach((name, gradient) -> {
        sums.add(name, gradient);
        HostArrays.free(gradient);
      });
    }
  }

  @Override
  public void close() {
    runner.close();
  }
}
