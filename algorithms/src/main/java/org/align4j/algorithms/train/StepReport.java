package org.align4j.algorithms.train;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;

/**
 * What one step (one rollout batch) did.
 *
 * @param update number of the step, from 1
 * @param metrics by name: train/reward, train/kl, …; without times, so that equal seeds give equal
 *     rows
 * @param phases time and tokens of each phase
 * @param samples the responses with their scores, prompt by prompt
 */
public record StepReport(
    long update,
    ImmutableMap<String, Double> metrics,
    PhaseTotals phases,
    ImmutableList<ScoredSample> samples) {}
