package org.align4j.algorithms.reward;

import org.align4j.algorithms.data.Prompt;

/**
 * A response to score.
 *
 * @param text the response, without EOS
 * @param finished whether it ended by itself (EOS, stop string), not by length
 */
public record Completion(Prompt prompt, String text, boolean finished) {}
