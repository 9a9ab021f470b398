package org.align4j.core.ops;

/** The forms of the Gaussian error linear unit. */
public enum Gelu {
  /** {@code x · Φ(x)}, with the error function. */
  ERF,
  /** {@code ½x(1 + tanh(√(2/π)(x + 0.044715x³)))}: {@code gelu_new} of GPT-2. */
  TANH
}
