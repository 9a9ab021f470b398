package org.align4j.algorithms.data;

/**
 * An example for supervised training.
 *
 * @param response what the policy should answer, without EOS
 */
public record TextPair(Prompt prompt, String response) {}
