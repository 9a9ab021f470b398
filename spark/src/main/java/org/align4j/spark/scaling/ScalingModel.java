package org.align4j.spark.scaling;

/**
 * What an update takes on N executors, from operations, bytes and messages: sampling, scoring and
 * gradients are shared, the exchange and AdamW are each executor's, and stages have a fixed cost.
 * {@code docs/cluster.md} has its table, {@code bench/scaling} compares it with what it measures.
 *
 * @param job what is trained
 * @param machine an executor
 * @param rates what work reaches of what the machine can do
 * @param linkBits per second that leave an executor, and that reach it
 */
public record ScalingModel(Job job, Machine machine, Rates rates, double linkBits) {

  /** Bytes of AdamW for each parameter: four arrays read, three written. */
  private static final int ADAM_BYTES = 28;

  /** Of each further shard: the gradient is set to zero, copied, and added up. */
  private static final int TREE_BYTES = 24;

  /** Weights of a new version are packed for products, and once more for the backward pass. */
  private static final int PACK_BYTES = 8;

  /** What an Ethernet frame of 1514 bytes carries of TCP. */
  private static final double PAYLOAD = 1448.0 / 1514;

  /**
   * What is trained.
   *
   * @param parameters of the model
   * @param trained parameters: all, or an adapter's
   * @param weightBytes of the model as sampling reads it
   * @param samples of a rollout batch
   * @param promptTokens of all prompts, each once
   * @param response tokens of a response
   * @param tokens that scoring and training compute
   * @param steps optimiser steps of an update
   * @param shards of a mini-batch
   */
  public record Job(
      double parameters,
      double trained,
      double weightBytes,
      int samples,
      double promptTokens,
      double response,
      double tokens,
      int steps,
      int shards) {

    /** Operations of a token, forward and backward; without gradients of frozen weights. */
    double trainOperations() {
      return trained < parameters ? 4 * parameters + 2 * trained : 6 * parameters;
    }

    /** Executors that compute gradients. */
    private int learners(int executors) {
      return Integer.highestOneBit(Math.min(executors, shards));
    }
  }

  /**
   * An executor.
   *
   * @param flops peak operations a second
   * @param bytesPerSecond of its memory
   * @param streamBits of gradients a second that it can send while it receives and adds up as many
   */
  public record Machine(double flops, double bytesPerSecond, double streamBits) {}

  /**
   * What work reaches.
   *
   * @param training share of the peak
   * @param scoring share of the peak, of prompts too
   * @param sampling share of the peak, beside the time in which weights are read
   * @param memory share of the memory's rate in AdamW and other passes over all parameters
   * @param stages seconds of an update's stages
   * @param message seconds
   */
  public record Rates(
      double training,
      double scoring,
      double sampling,
      double memory,
      double stages,
      double message) {

    /**
     * The shares are those of {@code docs/performance.md}; Spark's allGather takes a second, a
     * small job a quarter.
     */
    public static final Rates USUAL = new Rates(0.57, 0.57, 0.63, 1, 1.75, 1e-4);
  }

  /**
   * Seconds of an update by part.
   *
   * @param sampling of responses
   * @param scoring by the reference
   * @param gradients of the shards of an executor
   * @param waiting for the others' gradients
   * @param exchange of gradients
   * @param step AdamW
   * @param stages what Spark and the driver take
   */
  public record Parts(
      double sampling,
      double scoring,
      double gradients,
      double waiting,
      double exchange,
      double step,
      double stages) {

    /** All. */
    public double total() {
      return sampling + scoring + gradients + waiting + exchange + step + stages;
    }
  }

  /** Seconds of an update on a cluster by part; executors are alike, so that nobody waits. */
  public Parts parts(int executors) {
    return new Parts(
        sampling(executors),
        scoring() / executors,
        gradients(job.learners(executors)),
        0,
        exchange(executors),
        job.steps * pass(ADAM_BYTES),
        rates.stages);
  }

  /** Seconds of an update; without a cluster where there is one executor. */
  public double seconds(int executors) {
    double all = parts(executors).total();
    return executors == 1 ? all - rates.stages : all;
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

  /** Seconds for so many bytes of each trained parameter. */
  private double pass(double bytes) {
    return bytes * job.trained / (rates.memory * machine.bytesPerSecond);
  }

  private double packing() {
    return job.trained < job.parameters ? 0 : pass(PACK_BYTES);
  }

  /** Each token of all sequences reads the weights once, and computes with them. */
  private double sampling(int executors) {
    double sequences = Math.max(1, (double) job.samples / executors);
    double operations = 2 * job.parameters * sequences * job.response;
    double prompts = 2 * job.parameters * job.promptTokens / executors;
    return job.response * job.weightBytes / machine.bytesPerSecond
        + operations / (rates.sampling * machine.flops)
        + prompts / (rates.scoring * machine.flops)
        + packing();
  }

  /** The reference. */
  private double scoring() {
    return 2 * job.parameters * job.tokens / (rates.scoring * machine.flops);
  }

  private double gradients(int learners) {
    double computed =
        job.trainOperations() * job.tokens / (rates.training * machine.flops) / learners;
    double further = (double) job.shards / learners - 1;
    return computed + job.steps * further * pass(TREE_BYTES) + (2 * job.steps - 1) * packing();
  }

  /**
   * Halving and doubling: each executor sends and receives the gradient about twice; who computes
   * nothing is given it.
   */
  private double exchange(int executors) {
    int learners = job.learners(executors);
    double times = 2 * (1 - 1.0 / learners) + (executors > learners ? 1 : 0);
    double messages = 2 * Math.log(executors) / Math.log(2);
    double rate = Math.min(PAYLOAD * linkBits, machine.streamBits);
    return job.steps * (times * 8 * Float.BYTES * job.trained / rate + messages * rates.message);
  }

  /**
   * The same with rates that give these parts on one executor.
   *
   * @param measured on a cluster of one executor
   */
  public ScalingModel fitted(Parts measured) {
    double memory = job.steps * ADAM_BYTES * job.trained / (machine.bytesPerSecond * measured.step);
    double scoring = 2 * job.parameters * job.tokens / (machine.flops * measured.scoring);
    // With a share of 1 what is left after the parts that no share changes is the inverse share.
    ScalingModel bare =
        new ScalingModel(
            job, machine, new Rates(1, scoring, 1, memory, 0, rates.message), linkBits);
    double training = job.trainOperations() * job.tokens / machine.flops;
    double sampling = 2 * job.parameters * job.samples * job.response / machine.flops;
    Parts one = bare.parts(1);
    Rates found =
        new Rates(
            training / (measured.gradients - one.gradients + training),
            scoring,
            sampling / (measured.sampling - one.sampling + sampling),
            memory,
            measured.stages,
            rates.message);
    return new ScalingModel(job, machine, found, linkBits);
  }

  /** The same on a machine that streams gradients as fast as two executors did. */
  public ScalingModel streaming(double exchangeOfTwo) {
    double bits = job.steps * 8 * Float.BYTES * job.trained / exchangeOfTwo;
    return new ScalingModel(
        job, new Machine(machine.flops, machine.bytesPerSecond, bits), rates, linkBits);
  }

  /** The same on another machine's peak and memory, and links. */
  public ScalingModel on(double flops, double bytesPerSecond, double bits) {
    return new ScalingModel(
        job, new Machine(flops, bytesPerSecond, machine.streamBits), rates, bits);
  }
}
