package org.align4j.models.generate;

/** Hears of tokens as they are drawn: streaming and progress. */
public interface GenerationListener {

  /** Hears nothing. */
  GenerationListener NONE = (prompt, sample, token) -> {};

  /** A token was drawn for this sample of this prompt. */
  void onToken(int prompt, int sample, int token);

  /** A completion has ended. */
  default void onCompletion(SampledResponse completion) {}
}
