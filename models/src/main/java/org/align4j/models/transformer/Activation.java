package org.align4j.models.transformer;

/** What the feed-forward block applies between its products. */
public enum Activation {
  /** {@code silu(gate) · up}. */
  SILU,
  /** {@code gelu_new}, {@code gelu_pytorch_tanh}: the tanh form. */
  GELU_TANH,
  /** {@code gelu}: the error function. */
  GELU_ERF
}
