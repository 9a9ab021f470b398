package org.align4j.spark;

/**
 * What an update takes on N executors, from operations, bytes and messages: sampling, scoring and
 * gradients are shared, the exchange and AdamW are each executor's, and stages have a fixed cost.
 * Calculated, to plan with; {@code docs/cluster.md} has its table.
 *
 * @param job what is trained
 * @param machine an executor
 * @param linkBits per second between any two executors
 */
public record ScalingModel(Job job, Machine machine, double linkBits) {

  /** Share of a machine's peak that training and scoring reach, and sampling many sequences. */
  private static final double DENSE = 0.57;

  private static final double SAMPLING = 0.29;

  /** Seconds of an update's stages: Spark's allGather takes one, a small job a quarter. */
  private static final double STAGES = 1.75;

  private static final double MESSAGE_SECONDS = 1e-4;

  /** Bytes of AdamW for each parameter: four arrays read, three written. */
  private static final int ADAM_BYTES = 28;

  /**
   * What is trained.
   *
   * @param parameters of the model
   * @param trained parameters: all, or an adapter's
   * @param samples of a rollout batch
   * @param ofAPrompt samples of each prompt, whose prompt is computed once
   * @param prompt tokens
   * @param response tokens
   * @param steps optimiser steps of an update
   */
  public record Job(
      double parameters,
      double trained,
      int samples,
      int ofAPrompt,
      int prompt,
      int response,
      int steps) {

    /** Tokens that scoring and training compute. */
    private double tokens() {
      return (double) samples / ofAPrompt * prompt + (double) samples * response;
    }

    /** Operations of a token, forward and backward; without gradients of frozen weights. */
    private double trainOperations() {
      return trained < parameters ? 4 * parameters + 2 * trained : 6 * parameters;
    }
  }

  /**
   * An executor.
   *
   * @param flops peak operations a second
   * @param bytesPerSecond of its memory
   */
  public record Machine(double flops, double bytesPerSecond) {}

  /** Seconds of an update; without a cluster where there is one executor. */
  public double seconds(int executors) {
    double shared = sampling(executors) + (scoring() + learning()) / executors;
    double adam = job.steps * ADAM_BYTES * job.trained / machine.bytesPerSecond;
    return executors == 1 ? shared + adam : shared + adam + exchange(executors) + STAGES;
  }

  /** How many times faster than one machine. */
  public double speedUp(int executors) {
    return seconds(1) / seconds(executors);
  }

  /** Executors up to which each doubling makes an update at least 1.5 times as fast. */
  public int useful() {
    int executors = 1;
    while (executors < job.samples && seconds(executors) >= 1.5 * seconds(2 * executors)) {
      executors *= 2;
    }
    return executors;
  }

  /** Each token reads the weights once, or is bound by arithmetic. */
  private double sampling(int executors) {
    double sequences = Math.max(1, (double) job.samples / executors);
    double step =
        Math.max(
            Float.BYTES * job.parameters / machine.bytesPerSecond,
            2 * job.parameters * sequences / (SAMPLING * machine.flops));
    double prompts = sequences / job.ofAPrompt * job.prompt;
    return job.response * step + 2 * job.parameters * prompts / (DENSE * machine.flops);
  }

  /** The reference. */
  private double scoring() {
    return 2 * job.parameters * job.tokens() / (DENSE * machine.flops);
  }

  private double learning() {
    return job.trainOperations() * job.tokens() / (DENSE * machine.flops);
  }

  /** Halving and doubling: each executor sends and receives the gradient about twice. */
  private double exchange(int executors) {
    double bits = 2 * (1 - 1.0 / executors) * 8 * Float.BYTES * job.trained;
    double messages = 2 * Math.log(executors) / Math.log(2);
    return job.steps * (bits / linkBits + messages * MESSAGE_SECONDS);
  }
}
