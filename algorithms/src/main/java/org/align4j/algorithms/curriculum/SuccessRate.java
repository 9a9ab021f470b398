package org.align4j.algorithms.curriculum;

/**
 * Prefers prompts that are solved about half the time: weight {@code 4p(1 − p)}, the variance of a
 * 0/1 reward as a share of its largest, and at least 0.1, so that none is lost for good. A prompt
 * that was never tried is always taken.
 */
public final class SuccessRate implements Curriculum {

  private static final double LEAST = 0.1;

  @Override
  public String name() {
    return "success-rate";
  }

  @Override
  public double weight(double successRate, long attempts) {
    return attempts == 0 ? 1 : Math.max(LEAST, 4 * successRate * (1 - successRate));
  }
}
