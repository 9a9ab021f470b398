/**
 * The answer to a task in mathematics: found in a text, cut into tokens and read as a value. Start
 * at {@link org.align4j.algorithms.reward.answer.AnswerFinder}.
 */
@NullMarked
package org.align4j.algorithms.reward.answer;

import org.jspecify.annotations.NullMarked;
