package org.align4j.algorithms.loss;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What a policy loss answers.
 *
 * @param losses per-token losses {@code [B,T]}; masked columns may hold anything finite
 * @param gradient {@code ∂ Σ weights ⊙ losses / ∂logProbs} {@code [B,T]}
 * @param clipped {@code [B,T]}: 1 where the clipped surrogate is the smaller one
 */
public record Surrogate(INDArray losses, INDArray gradient, INDArray clipped) {}
