package org.align4j.algorithms.train.report;

/**
 * What was computed of a sample's tokens, {@code [length]} each.
 *
 * @param sample the response with its score
 * @param responseIds its tokens, EOS included
 * @param logProbs of the policy that sampled
 * @param refLogProbs of the reference
 * @param advantages Â
 */
public record SampleTrace(
    ScoredSample sample,
    int[] responseIds,
    float[] logProbs,
    float[] refLogProbs,
    float[] advantages) {}
