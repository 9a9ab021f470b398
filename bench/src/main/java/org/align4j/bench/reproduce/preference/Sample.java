package org.align4j.bench.reproduce.preference;

import org.align4j.algorithms.data.Prompt;

/**
 * A response that a policy sampled.
 *
 * @param length in tokens, EOS included
 * @param right whether its answer is
 */
record Sample(Prompt prompt, String text, int length, boolean right) {}
