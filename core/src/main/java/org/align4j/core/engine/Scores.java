package org.align4j.core.engine;

/**
 * What a network answered at the labelled rows of a batch.
 *
 * @param outputs {@code [M]}: log-probabilities of the labels (language head) or values (scalar
 *     head)
 * @param entropy {@code [M]} in nats; empty for a scalar head
 */
public record Scores(float[] outputs, float[] entropy) {}
