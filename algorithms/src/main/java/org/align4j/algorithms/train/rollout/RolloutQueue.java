package org.align4j.algorithms.train.rollout;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.IntFunction;
import org.align4j.algorithms.data.Prompt;
import org.align4j.algorithms.train.report.MetricRow;
import org.align4j.algorithms.train.report.PhaseClock;
import org.align4j.algorithms.train.step.TrainingState;

/**
 * Rollout batches sampled ahead of their update. With a staleness of k the batch of update n is
 * sampled right before update n − k, so by the policy of k updates ago; those of the first k + 1
 * updates right before the first. The batches that wait are part of the training state; the k last
 * ones of a run are never learnt from.
 */
public final class RolloutQueue implements TrainingState.Document {

  private final RolloutCollector collector;
  private final int staleness;
  private final IntFunction<Prompt> prompts;
  private final Deque<Pending> pending = new ArrayDeque<>();

  /**
   * An empty queue.
   *
   * @param prompts by their place in the data
   */
  public RolloutQueue(RolloutCollector collector, int staleness, IntFunction<Prompt> prompts) {
    this.collector = collector;
    this.staleness = staleness;
    this.prompts = prompts;
  }

  /**
   * A rollout batch that waits for its update.
   *
   * @param metrics of its sampling
   */
  record Pending(RolloutCollector.Collected collected, ImmutableMap<String, Double> metrics) {}

  /** The rollouts of the next update, with the metrics of when they were sampled. */
  public RolloutCollector.Collected next(PhaseClock clock, MetricRow metrics) {
    if (staleness == 0) {
      return collector.collect(clock, metrics);
    }
    while (pending.size() <= staleness) {
      MetricRow own = new MetricRow();
      RolloutCollector.Collected collected = collector.collect(clock, own);
      pending.add(new Pending(collected, own.build()));
    }
    Pending first = pending.remove();
    first.metrics().forEach(metrics::mean);
    return first.collected();
  }

  @Override
  public ObjectNode write() {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    ArrayNode batches = root.putArray("batches");
    pending.forEach(batch -> batches.add(RolloutJson.write(batch)));
    return root;
  }

  @Override
  public Runnable read(JsonNode root) {
    ImmutableList.Builder<Pending> read = ImmutableList.builder();
    root.path("batches").forEach(batch -> read.add(RolloutJson.read(batch, prompts)));
    ImmutableList<Pending> batches = read.build();
    return () -> {
      pending.clear();
      pending.addAll(batches);
    };
  }
}
