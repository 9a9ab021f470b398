package org.align4j.algorithms.loss;

import static com.google.common.base.Preconditions.checkNotNull;

import com.google.common.collect.ImmutableMap;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.align4j.algorithms.registry.ExtensionException;
import org.align4j.core.samediff.SilencedOutput;
import org.align4j.core.tensor.ArrayScope;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.api.OutAndGrad;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A policy loss written in SameDiff: the per-token losses as a graph over placeholders, the
 * gradient by autodiff. To register one, write a class with a no-argument constructor that
 * implements {@link PolicyLoss} and hands its calls to one of these.
 *
 * <p>ND4J's own gradients have traps: {@code min} and {@code max} of two arrays double where they
 * are equal, {@code cumsum} and {@code gather} are wrong in 1.0.0-M2.1. Write {@code min(a, b)} as
 * {@code a − relu(a − b)}.
 */
public final class SameDiffPolicyLoss implements PolicyLoss {

  /**
   * Placeholders {@code [B,T]}.
   *
   * @param logProbs the one that is differentiated
   * @param oldLogProbs of the policy that the advantages belong to
   * @param advantages Â
   * @param mask response mask, 0 or 1
   */
  public record Placeholders(
      SDVariable logProbs, SDVariable oldLogProbs, SDVariable advantages, SDVariable mask) {}

  /** Builds the per-token losses {@code [B,T]}; masked columns must stay finite. */
  @FunctionalInterface
  public interface Definition {
    /** Adds the loss to a graph. */
    SDVariable losses(SameDiff graph, Placeholders inputs);
  }

  private static final String LOG_PROBS = "logProbs";

  private final String name;
  private final Definition definition;
  private final Map<DataType, Built> graphs = new ConcurrentHashMap<>();

  /** A loss of this name. */
  public SameDiffPolicyLoss(String name, Definition definition) {
    this.name = name;
    this.definition = definition;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Surrogate evaluate(
      PolicyLossInputs inputs, INDArray weights, PolicyLossSettings settings) {
    // Graph and session keep arrays of their own from call to call.
    Answer answer;
    try (ArrayScope _ = ArrayScope.outside()) {
      answer = run(inputs, weights);
    }
    Surrogate surrogate =
        new Surrogate(
            answer.losses().dup(), answer.gradient().dup(), Nd4j.zerosLike(inputs.mask()));
    answer.losses().close();
    answer.gradient().close();
    return surrogate;
  }

  /** Losses and their gradient {@code [B,T]}, to be closed. */
  private record Answer(INDArray losses, INDArray gradient) {}

  private Answer run(PolicyLossInputs inputs, INDArray weights) {
    Built built = graphs.computeIfAbsent(inputs.logProbs().dataType(), this::build);
    Map<String, INDArray> values =
        ImmutableMap.of(
            LOG_PROBS,
            inputs.logProbs(),
            "oldLogProbs",
            inputs.oldLogProbs(),
            "advantages",
            inputs.advantages(),
            "mask",
            inputs.mask(),
            "weights",
            weights);
    OutAndGrad result =
        built.graph.calculateGradientsAndOutputs(values, List.of(built.losses), List.of(LOG_PROBS));
    INDArray losses = checkNotNull(result.getOutputs().get(built.losses));
    if (!Arrays.equals(losses.shape(), inputs.mask().shape())) {
      throw new ExtensionException(
          "policy loss %s answers %s: it must give a loss for each token, %s"
              .formatted(
                  name, Arrays.toString(losses.shape()), Arrays.toString(inputs.mask().shape())));
    }
    return new Answer(losses, checkNotNull(result.getGradients().get(LOG_PROBS)));
  }

  /** A graph and the name of its per-token losses. */
  private record Built(SameDiff graph, String losses) {}

  private Built build(DataType type) {
    SameDiff graph = SameDiff.create();
    Placeholders placeholders =
        new Placeholders(
            graph.placeHolder(LOG_PROBS, type, -1, -1),
            graph.placeHolder("oldLogProbs", type, -1, -1),
            graph.placeHolder("advantages", type, -1, -1),
            graph.placeHolder("mask", type, -1, -1));
    SDVariable weights = graph.placeHolder("weights", type, -1, -1);
    SDVariable losses = definition.losses(graph, placeholders);
    // SameDiff refuses to differentiate a graph without a trainable variable: this one adds 0.
    SDVariable anchor = graph.var("anchor", Nd4j.zeros(type, 1));
    SDVariable loss = losses.mul(weights).sum().add(anchor.sum());
    graph.setLossVariables(loss.name());
    SilencedOutput.run(() -> graph.createGradFunction(LOG_PROBS));
    return new Built(graph, losses.name());
  }
}
