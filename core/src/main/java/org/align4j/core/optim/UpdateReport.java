package org.align4j.core.optim;

/**
 * What an update did.
 *
 * @param gradientNorm global norm before clipping
 * @param learningRate the rate asked for
 * @param applied false where the norm is not finite: parameters and moments are as they were
 */
public record UpdateReport(double gradientNorm, double learningRate, boolean applied) {}
