package org.align4j.core.plan;

import static com.google.common.base.Preconditions.checkArgument;

import org.align4j.core.kernel.Kernels;
import org.align4j.core.runtime.Resources;

/**
 * How a plan runs. None of it changes a single bit of the results.
 *
 * @param resources kernels, threads and memory
 * @param scoreTokens tokens that are scored at once; 0 for as many as fit into {@link
 *     Resources#scoreBytes}, at least 256
 */
public record PlanSettings(Resources resources, int scoreTokens) {

  public PlanSettings {
    checkArgument(scoreTokens >= 0, "scoreTokens is %s: it must be 0 or above", scoreTokens);
  }

  /** The resources of the process. */
  public static PlanSettings defaults() {
    return of(Resources.shared());
  }

  /** Parts as large as their memory allows. */
  public static PlanSettings of(Resources resources) {
    return new PlanSettings(resources, 0);
  }

  /** The same with other kernels. */
  public PlanSettings withKernels(Kernels value) {
    return new PlanSettings(resources.with(value), scoreTokens);
  }

  /** The same with another number of tokens scored at once. */
  public PlanSettings withScoreTokens(int value) {
    return new PlanSettings(resources, value);
  }
}
