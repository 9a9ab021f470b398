package org.align4j.core.ops;

/**
 * Scores of labelled rows.
 *
 * @param logProbs {@code [M]}, natural logarithm
 * @param entropy {@code [M]}, in nats, at the same temperature
 */
public record TokenScores<T>(T logProbs, T entropy) {}
