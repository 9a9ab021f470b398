package org.align4j.core.plan.layout;

/** What the layout of a plan has to know of an op. */
public interface OpTraits {

  /** How the gradient of the output becomes that of an input. */
  enum Passing {
    /** The backward kernel computes it. */
    COMPUTED,
    /** It is the same, and may be the same memory. */
    UNCHANGED,
    /** It is changed in place, and may be the same memory if nobody else reads it. */
    IN_PLACE
  }

  /**
   * Whether the output is cheaper to compute again in the backward pass than to keep: norms and
   * activations, which cost memory bandwidth only.
   */
  default boolean cheap() {
    return false;
  }

  /** Whether the output may overwrite an input that nobody else reads. */
  default boolean inPlace() {
    return false;
  }

  /** How gradients reach the inputs. */
  default Passing passing() {
    return Passing.COMPUTED;
  }

  /** Whether the backward kernel can add to a gradient in place of overwriting it. */
  default boolean addsGradient() {
    return false;
  }

  /** Whether the backward pass reads the input values. */
  default boolean backwardReadsInputs() {
    return true;
  }

  /** Whether the backward pass reads the output value. */
  default boolean backwardReadsOutput() {
    return false;
  }

  /** Floats per token that the forward pass leaves for the backward pass beside the output. */
  default int statistics() {
    return 0;
  }

  /** Floats per token that the backward pass works in. */
  default int backwardScratch() {
    return 0;
  }
}
