package org.align4j.algorithms.train.report;

import org.align4j.algorithms.reward.Completion;
import org.align4j.algorithms.reward.Judgement;

/** A response and its score, as completions.jsonl has it. */
public record ScoredSample(Completion completion, Judgement judgement, int tokens) {}
