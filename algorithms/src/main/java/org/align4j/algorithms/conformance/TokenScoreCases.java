package org.align4j.algorithms.conformance;

import com.google.common.collect.ImmutableMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.align4j.core.batch.SequenceLayout;
import org.align4j.core.batch.TokenBatch;
import org.align4j.core.engine.Head;
import org.align4j.core.engine.Inputs;
import org.align4j.core.engine.NetworkDefinition;
import org.align4j.core.engine.Scores;
import org.align4j.core.ops.Ops;
import org.align4j.core.samediff.SameDiffNetwork;
import org.align4j.core.tensor.Parameters;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Cases of token log-probs, answered by an engine's own language head: a network whose hidden state
 * of token n is row n of the logits, and whose head is the identity.
 */
final class TokenScoreCases {

  private TokenScoreCases() {}

  /** Looks its logits up, {@code [N,V]}. */
  private record Lookup(long rows, long vocabulary) implements NetworkDefinition {

    @Override
    public ImmutableMap<String, long[]> parameterShapes() {
      return ImmutableMap.of(
          "logits", new long[] {rows, vocabulary}, "identity", new long[] {vocabulary, vocabulary});
    }

    @Override
    public int maxPositions() {
      return (int) rows;
    }

    @Override
    public <T> Head<T> build(Ops<T> ops, Inputs<T> inputs) {
      T hidden = ops.embedding(ops.parameter("logits"), inputs.tokens());
      return new Head.Language<>(hidden, ops.parameter("identity"));
    }
  }

  static Map<String, INDArray> run(ConformanceCase file) {
    INDArray logits = file.input("logits");
    INDArray labels = file.input("labels");
    Lookup definition = new Lookup(labels.length(), logits.size(2));
    try (Parameters parameters =
            Parameters.of(
                ImmutableMap.of(
                    "logits", logits.reshape(definition.rows(), definition.vocabulary()).dup('c'),
                    "identity",
                        Nd4j.eye(definition.vocabulary()).castTo(DataType.DOUBLE).dup('c')));
        SameDiffNetwork network = SameDiffNetwork.create(definition, parameters)) {
      Scores scores = score(network, labels, (float) file.number("temperature", 1));
      return ImmutableMap.of(
          "log_probs", array(scores.outputs(), labels),
          "entropy", array(scores.entropy(), labels),
          "entropy_at_t1", array(score(network, labels, 1).entropy(), labels));
    }
  }

  private static Scores score(SameDiffNetwork network, INDArray labels, float temperature) {
    int[] rows = IntStream.range(0, (int) labels.length()).toArray();
    int[] wanted = labels.reshape(labels.length()).castTo(DataType.INT32).toIntVector();
    SequenceLayout layout = SequenceLayout.single(rows.length);
    return network.score(new TokenBatch(rows, layout, rows, wanted, temperature));
  }

  private static INDArray array(float[] values, INDArray like) {
    return Nd4j.createFromArray(values).castTo(DataType.DOUBLE).reshape(like.shape());
  }
}
