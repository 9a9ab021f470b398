package org.align4j.algorithms.reward;

import org.jspecify.annotations.Nullable;

/** Responses could not be scored; the message names the reward, the prompt and the response. */
public final class RewardException extends RuntimeException {

  private static final long serialVersionUID = 1;

  /** A failure with what was thrown, if anything was. */
  public RewardException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
