package org.align4j.core.plan;

import static com.google.common.base.Preconditions.checkArgument;

import org.align4j.core.kernel.Kernels;
import org.align4j.core.runtime.Resources;

/**
 * How a plan runs. None of it changes a single bit of the results, but that gradients of batches
 * above {@code trainTokens} are rounded elsewhere.
 *
 * @param resources kernels, threads and memory
 * @param trainTokens tokens that a forward pass keeps for its backward pass at once; 0 for as many
 *     as fit into {@link Resources#trainBytes}, at least 256 (about 1,100 of SmolLM2-135M, which
 *     has 0.7 MB a token, in 768 MB). Larger batches are computed in parts, and all parts but one
 *     again in the backward pass: better give it no more than {@link PlanNetwork#preferredTokens}
 *     at a time
 * @param scoreTokens tokens that are scored at once; 0 for as many as fit into {@link
 *     Resources#scoreBytes}, at least 256
 */
public record PlanSettings(Resources resources, int trainTokens, int scoreTokens) {

  public PlanSettings {
    checkArgument(trainTokens >= 0, "trainTokens is %s: it must be 0 or above", trainTokens);
    checkArgument(scoreTokens >= 0, "scoreTokens is %s: it must be 0 or above", scoreTokens);
  }

  /** The resources of the process. */
  public static PlanSettings defaults() {
    return of(Resources.shared());
  }

  /** Parts as large as their memory allows. */
  public static PlanSettings of(Resources resources) {
    return new PlanSettings(resources, 0, 0);
  }

  /** The same with other kernels. */
  public PlanSettings withKernels(Kernels value) {
    return new PlanSettings(resources.with(value), trainTokens, scoreTokens);
  }

  /** The same with another number of tokens trained on at once. */
  public PlanSettings withTrainTokens(int value) {
    return new PlanSettings(resources, value, scoreTokens);
  }

  /** The same with another number of tokens scored at once. */
  public PlanSettings withScoreTokens(int value) {
    return new PlanSettings(resources, trainTokens, value);
  }
}
