package org.align4j.core.samediff;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.align4j.core.engine.Head;
import org.align4j.core.engine.Inputs;
import org.align4j.core.engine.NetworkDefinition;
import org.align4j.core.ops.Heads;
import org.align4j.core.tensor.Parameters;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** One token for each of B sequences, after keys and values that are fed: logits {@code [B,V]}. */
final class StepGraph implements AutoCloseable {

  private final Parameters parameters;
  private final DataType type;
  private final SameDiffOps ops;
  private final GraphRunner runner;
  private final String logits;
  private final List<String> wanted = new ArrayList<>();

  StepGraph(NetworkDefinition definition, Parameters parameters) {
    this.parameters = parameters;
    this.type = parameters.dataType();
    SameDiff graph = SameDiff.create();
    this.ops = new SameDiffOps(graph, parameters, SameDiffOps.Mode.STEP);
    Head<SDVariable> head = definition.build(ops, new Inputs<>(ops.tokens(), ops.positions()));
    checkArgument(
        head instanceof Head.Language<SDVariable>,
        "a decoder needs a language head; this network ends in a scalar");
    SDVariable weight = ((Head.Language<SDVariable>) head).weight();
    SDVariable product = graph.mmul(head.hidden(), weight, false, true, false);
    this.logits = product.name();
    wanted.add(logits);
    for (var attention : ops.inputs().attentions()) {
      wanted.add(attention.keys());
      wanted.add(attention.values());
    }
    this.runner = new GraphRunner(graph);
  }

  /** The attentions in order. */
  List<GraphInputs.Attention> attentions() {
    return ops.inputs().attentions();
  }

  /**
   * Runs one step and lengthens the cache by it; the caller closes the logits.
   *
   * @param positions of the tokens
   * @param valid {@code [B][P+1]}: which columns of the cache are a sequence's, its positions in
   *     order
   */
  INDArray run(PaddedCache cache, int[] tokens, int[] positions, boolean[][] valid) {
    try (Feeds feeds = new Feeds(type)) {
      feeds.tokens(ops.inputs(), parameters, tokens, positions);
      int columns = cache.columns() + 1;
      Map<Heads, INDArray> masks = new HashMap<>();
      for (int layer = 0; layer < attentions().size(); layer++) {
        var attention = attentions().get(layer);
        INDArray made = masks.get(attention.heads());
        if (made == null) {
          made = mask(attention.heads(), positions, valid, columns);
          masks.put(attention.heads(), feeds.give(attention.mask(), made));
        } else {
          feeds.lend(attention.mask(), made);
        }
        feeds.lend(attention.pastKeys(), cache.keys(layer));
        feeds.lend(attention.pastValues(), cache.values(layer));
      }
      Map<String, INDArray> outputs = runner.run(feeds.arrays(), wanted);
      for (int layer = 0; layer < attentions().size(); layer++) {
        var attention = attentions().get(layer);
        cache.replace(layer, take(outputs, attention.keys()), take(outputs, attention.values()));
      }
      cache.lengthen();
      return take(outputs, logits);
    }
  }

  private INDArray mask(Heads heads, int[] positions, boolean[][] valid, int columns) {
    float[] mask = new float[positions.length * columns];
    for (int b = 0; b < positions.length; b++) {
      int position = positions[b];
      for (int column = columns - 1; column >= 0; column--) {
        boolean seen = valid[b][column] && position >= heads.firstKey(positions[b]);
        mask[b * columns + column] = seen ? 0 : Feeds.MASKED;
        position -= valid[b][column] ? 1 : 0;
      }
    }
    return Feeds.floats(mask, type, positions.length, 1, 1, columns);
  }

  private static INDArray take(Map<String, INDArray> outputs, String name) {
    INDArray array = outputs.get(name);
    if (array == null) {
      throw new IllegalStateException("the graph did not answer " + name);
    }
    return array;
  }

  @Override
  public void close() {
    runner.close();
  }
}
