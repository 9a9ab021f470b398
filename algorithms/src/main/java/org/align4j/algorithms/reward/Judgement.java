package org.align4j.algorithms.reward;

/**
 * What a reward says about one response.
 *
 * @param score the raw score, finite
 * @param verdict a word that metrics count, such as correct, wrong, unparsable; empty for none
 */
public record Judgement(double score, String verdict) {}
