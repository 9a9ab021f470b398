package org.align4j.core.engine;

import java.util.List;
import org.align4j.core.batch.TokenBatch;
import org.align4j.core.optim.AdamWSettings;
import org.align4j.core.optim.ParameterGroup;
import org.align4j.core.runtime.Resources;
import org.align4j.core.tensor.Gradients;
import org.align4j.core.tensor.Parameters;
import org.jspecify.annotations.Nullable;

/**
 * A network that runs. One thread at a time; different networks run side by side. Closing it frees
 * what the engine allocated at once; the parameters belong to whoever made them.
 */
public interface Network extends AutoCloseable {

  /**
   * The parameters in host memory, live: after writing to them call {@link #parametersChanged}. An
   * engine that computes with copies elsewhere brings these up to date here, so nothing asks for
   * them within a training step.
   */
  Parameters parameters();

  /**
   * Tells the engine that parameters were written: cached forms of them (packed weights) are
   * rebuilt.
   */
  void parametersChanged();

  /** How often the parameters have changed: 0 as long as they are those that it was made with. */
  long version();

  /** Forward pass: outputs at the labelled rows. */
  Scores score(TokenBatch batch);

  /**
   * What the head reads: the final hidden states {@code [M][D]}, after the last norm, at the
   * labelled rows.
   */
  float[][] hidden(TokenBatch batch);

  /**
   * Forward pass that keeps what {@link #backward} needs. The outputs have the same bits as those
   * of {@link #score}.
   */
  Scores forward(TokenBatch batch);

  /**
   * Adds {@code Σ_m dOutputs[m] · ∂outputs[m]/∂θ + dEntropy[m] · ∂entropy[m]/∂θ} for the batch of
   * the last {@link #forward} to {@link #gradients}. Sequences whose coefficients are all zero cost
   * nothing.
   *
   * @param dOutputs {@code [M]}
   * @param dEntropy {@code [M]}, or null for none
   */
  void backward(float[] dOutputs, float @Nullable [] dEntropy);

  /**
   * Forward and backward pass at once, over the whole vocabulary: adds {@code Σ_m coefficients[m] ·
   * ∂D_m/∂θ} to {@link #gradients}, D_m the divergence of the distribution at labelled row m from
   * the teacher's there, both at the batch's temperature. What an earlier {@link #forward} kept is
   * given up. The labels do not matter.
   *
   * @param teacher another network of the same engine and vocabulary; it only scores
   * @param coefficients {@code [M]}
   * @return D in nats, {@code [M]}
   */
  default float[] distill(
      TokenBatch batch, Network teacher, Divergence divergence, float[] coefficients) {
    throw new UnsupportedOperationException(
        "only the engines plan and cuda compute divergences over the whole vocabulary: take --engine"
            + " plan");
  }

  /**
   * Tokens that {@link #forward} and {@link #backward} have memory for: a batch is one pass, and a
   * larger one takes more. Whoever trains splits mini-batches into such micro-batches, whose
   * gradients add up.
   */
  default int preferredTokens() {
    return Integer.MAX_VALUE;
  }

  /**
   * An optimiser of these parameters, moments of zero: it applies {@link #gradients}, where they
   * are, and tells the network. A parameter follows the first group that has it.
   */
  default Optimiser optimiser(AdamWSettings settings, List<ParameterGroup> groups) {
    return new HostOptimiser(this, settings, groups);
  }

  /** What it computes with; its optimiser shares it. */
  default Resources resources() {
    return Resources.shared();
  }

  /**
   * Gives up training and the parameters: from now on there is only {@link #score} and {@link
   * #decoder}, and the engine frees the parameter arrays that it does not need for them. Whoever
   * made the parameters may only close them.
   */
  void freeze();

  /** The gradient accumulated since it was last zeroed. */
  Gradients gradients();

  /**
   * A decoder with a key-value cache (language head only).
   *
   * @param slots sequences decoded at once
   * @param maxLength longest sequence, prompt and response together
   */
  Decoder decoder(int slots, int maxLength);

  @Override
  void close();
}
