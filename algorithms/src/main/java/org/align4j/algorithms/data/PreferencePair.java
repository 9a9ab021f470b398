package org.align4j.algorithms.data;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * Two answers to one prompt.
 *
 * @param chosen the better one
 * @param rejected the worse one
 * @param margin by how much a reward model should tell them apart at least; 0 where nothing is
 *     known (Touvron et al. 2023, section 3.2.2)
 */
public record PreferencePair(Prompt prompt, String chosen, String rejected, double margin) {

  public PreferencePair {
    checkArgument(Double.isFinite(margin), "its margin is %s: it must be a finite number", margin);
  }

  /** A pair without a margin. */
  public PreferencePair(Prompt prompt, String chosen, String rejected) {
    this(prompt, chosen, rejected, 0);
  }

  /** The same pair with its prompt as a chat: for models that have a template. */
  public PreferencePair asChat() {
    return new PreferencePair(prompt.asChat(), chosen, rejected, margin);
  }
}
