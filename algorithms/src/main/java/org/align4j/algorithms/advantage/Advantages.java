package org.align4j.algorithms.advantage;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What an estimator answers.
 *
 * @param advantages {@code [B,T]}, whitened where the convention says so, 0 where masked
 * @param returns {@code [B,T]}: the target of the critic, or the return-to-go; 0 where masked
 * @param shapedReturn {@code [B]}: sum of the shaped token rewards (score after baseline and clip,
 *     minus β·KL)
 * @param kl {@code [B,T]}: the KL estimate that entered the reward, before β; 0 where masked
 */
public record Advantages(
    INDArray advantages, INDArray returns, INDArray shapedReturn, INDArray kl) {}
