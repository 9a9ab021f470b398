package org.align4j.models.transformer;

/** What stands on the last hidden state. */
public enum ModelHead {
  /** Logits over the vocabulary: a policy or reference. */
  LANGUAGE,
  /** One number a token, {@code score.weight [1,D]} without bias: a critic or reward model. */
  SCALAR
}
