package org.align4j.models.transformer;

import com.google.common.collect.ImmutableMap;
import org.align4j.core.engine.Head;
import org.align4j.core.engine.Inputs;
import org.align4j.core.engine.NetworkDefinition;
import org.align4j.core.ops.Ops;

/** A family's decoder with a head on it. Parameters go by their checkpoint names. */
public final class Transformer implements NetworkDefinition {

  private final TransformerConfig config;
  private final ModelHead head;
  private final ImmutableMap<String, long[]> shapes;
  private final Body body;

  /** The network of a configuration, ending in a distribution or in one number a token. */
  public Transformer(TransformerConfig config, ModelHead head) {
    this(config, head, config.rope().inverseFrequencies(config.headDim()));
  }

  /**
   * The network with other inverse frequencies, as many, than those of its rotary settings: what a
   * model has that was moved to a half type with its buffers.
   */
  public Transformer(TransformerConfig config, ModelHead head, float[] inverseFrequencies) {
    this.config = config;
    this.head = head;
    this.shapes = ParameterShapes.of(config, head);
    this.body = config.family().body(config, inverseFrequencies);
  }

  /** What the network looks like. */
  public TransformerConfig config() {
    return config;
  }

  /** What stands on the last hidden state. */
  public ModelHead head() {
    return head;
  }

  @Override
  public ImmutableMap<String, long[]> parameterShapes() {
    return shapes;
  }

  @Override
  public int maxPositions() {
    return config.maxPositions();
  }

  @Override
  public <T> Head<T> build(Ops<T> ops, Inputs<T> inputs) {
    T hidden = body.build(ops, inputs);
    if (head == ModelHead.SCALAR) {
      return new Head.Scalar<>(hidden, ops.parameter(ParameterShapes.SCALAR_HEAD), null);
    }
    return new Head.Language<>(
        hidden,
        ops.parameter(
            config.tieWordEmbeddings()
                ? config.family().embedding()
                : ParameterShapes.LANGUAGE_HEAD));
  }
}
