package org.align4j.core.ops;

/** How a weight matrix is stored. */
public enum WeightLayout {
  /** {@code [out, in]}: nearly every checkpoint. */
  OUT_IN,
  /** {@code [in, out]}: GPT-2's Conv1D. */
  IN_OUT
}
