package org.align4j.algorithms.reward.math;

/**
 * What a verifier found and decided.
 *
 * @param extracted the answer in canonical form; empty where there is none
 * @param verdict the decision
 */
public record Verification(String extracted, Verdict verdict) {}
