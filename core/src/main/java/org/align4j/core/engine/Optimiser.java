package org.align4j.core.engine;

import org.align4j.core.optim.AdamWSettings;
import org.align4j.core.optim.UpdateReport;
import org.align4j.core.tensor.Parameters;

/**
 * AdamW of a network's parameters, see {@link org.align4j.core.optim.AdamW}; made by {@link
 * Network#optimiser}, to be closed before the network. Its moments are where the engine computes.
 */
public interface Optimiser extends AutoCloseable {

  /**
   * Clips and applies the network's gradients, which stay as they are. Gradients whose norm is not
   * finite change nothing: the report says so, and the step is not counted.
   *
   * @param learningRate at least 0
   */
  UpdateReport update(double learningRate);

  /** The settings. */
  AdamWSettings settings();

  /** Updates applied so far. */
  long steps();

  /**
   * The moments in host memory, {@code first} and {@code second}, each {@code [P]} in the order of
   * the parameters. After writing to them call {@link #restore}. The optimiser frees them.
   */
  Parameters moments();

  /**
   * Continues a saved state whose moments were written to {@link #moments}.
   *
   * @param appliedSteps at least 0
   */
  void restore(long appliedSteps);

  @Override
  void close();
}
