package org.align4j.core.engine;

/**
 * Symbolic inputs of a network.
 *
 * @param tokens ids {@code [N]}
 * @param positions position of each token in its sequence {@code [N]}
 */
public record Inputs<T>(T tokens, T positions) {}
