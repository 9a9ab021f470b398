package org.align4j.algorithms.loss.preference;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A loss over preference pairs, with its gradients.
 *
 * @param loss mean over the pairs
 * @param chosenGradient ∂loss/∂chosen {@code [B]}
 * @param rejectedGradient ∂loss/∂rejected {@code [B]}
 * @param accuracy share of pairs where the chosen one is ahead
 */
public record PairLoss(
    double loss, INDArray chosenGradient, INDArray rejectedGradient, double accuracy) {}
