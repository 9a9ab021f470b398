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
   * @param training of gradients
   * @param scoring of sequences by the reference
   * @param sampling of prompts and responses, beside the time in which weights are read
   * @param memory share of the memory's rate in AdamW and other passes over all parameters
   * @param stages seconds of an update's stages
   * @param message seconds
   */
  public record Rates(
      Work training, Work scoring, Work sampling, double memory, double stages, double message) {

    /**
     * Shares after {@code docs/performance.md}, stages as {@code bench/scaling} measures them:
     * Spark's allGather takes one second.
     */
    public static final Rates USUAL =
        new Rates(new Work(0.57, 0), new Work(0.57, 0), new Work(0.6, 0), 1, 2, 1e-4);
  }

  /**
   * What arithmetic reaches.
   *
   * @param share of the peak
   * @param fixed seconds of an executor, however small its part: what all begin with, calls, pages
   */
  public record Work(double share, double fixed) {

    private static final Work NONE = new Work(Double.POSITIVE_INFINITY, 0);

    private double seconds(double operations, double flops) {
      return fixed + operations / (share * flops);
    }

    /**
     * Of one executor's seconds and of two's; of one alone where two were no faster, or too much.
     */
    private static Work of(double operations, double[] peaks, double one, double two) {
      double more = operations / peaks[0];
      double less = operations / peaks[1] / 2;
      double inverse = (one - two) / (more - less);
      double fixed = one - inverse * more;
      return inverse > 0 && fixed >= 0 ? new Work(1 / inverse, fixed) : new Work(more / one, 0);
    }
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
        rates.scoring.seconds(scoringOperations() / executors, machine.flops),
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

  private double samplingOperations() {
    return 2 * job.parameters * (job.samples * job.response + job.promptTokens);
  }

  private double scoringOperations() {
    return 2 * job.parameters * job.tokens;
  }

  private double trainingOperations() {
    return job.trainOperations() * job.tokens;
  }

  /** Each token of all sequences reads the weights once, and computes with them. */
  private double sampling(int executors) {
    return rates.sampling.seconds(samplingOperations() / executors, machine.flops)
        + job.response * job.weightBytes / machine.bytesPerSecond
        + packing();
  }

  private double gradients(int learners) {
    double further = (double) job.shards / learners - 1;
    return rates.training.seconds(trainingOperations() / learners, machine.flops)
        + job.steps * further * pass(TREE_BYTES)
        + (2 * job.steps - 1) * packing();
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
   * The same with rates that give what was measured on a cluster of one executor, and on two
   * without a limit of links.
   *
   * @param two the machine where two were at work
   */
  public ScalingModel fitted(Parts ofOne, Parts ofTwo, Machine two) {
    double memory = job.steps * ADAM_BYTES * job.trained / (machine.bytesPerSecond * ofOne.step);
    Rates bare = new Rates(Work.NONE, Work.NONE, Work.NONE, memory, 0, rates.message);
    double bits = job.steps * 8 * Float.BYTES * job.trained / ofTwo.exchange;
    Machine streaming = new Machine(machine.flops, machine.bytesPerSecond, bits);
    ScalingModel one = new ScalingModel(job, streaming, bare, linkBits);
    Parts known = one.parts(1);
    Parts knownOfTwo = new ScalingModel(job, two, bare, linkBits).parts(2);
    double[] peaks = {machine.flops, two.flops};
    Work scoring =
        Work.of(
            scoringOperations(),
            peaks,
            ofOne.scoring - known.scoring,
            ofTwo.scoring - knownOfTwo.scoring);
    Work sampling =
        Work.of(
            samplingOperations(),
            peaks,
            ofOne.sampling - known.sampling,
            ofTwo.sampling - knownOfTwo.sampling);
    Work training =
        Work.of(
            trainingOperations(),
            peaks,
            ofOne.gradients - known.gradients,
            ofTwo.gradients - knownOfTwo.gradients);
    double stages = (ofOne.stages + ofTwo.stages) / 2;
    return new ScalingModel(
        job,
        streaming,
        new Rates(training, scoring, sampling, memory, stages, rates.message),
        linkBits);
  }

  /** The same where so many machines were at work, which share more than cores, and on links. */
  public ScalingModel on(double flops, double bytesPerSecond, double bits) {
    return new ScalingModel(
        job, new Machine(flops, bytesPerSecond, machine.streamBits), rates, bits);
  }
}
