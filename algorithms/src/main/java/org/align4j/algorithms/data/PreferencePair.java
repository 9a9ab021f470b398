package org.align4j.algorithms.data;

/**
 * Two answers to one prompt.
 *
 * @param chosen the better one
 * @param rejected the worse one
 */
public record PreferencePair(Prompt prompt, String chosen, String rejected) {}
