/**
 * Losses over preference pairs, of reward models and of policies. Start at {@link
 * org.align4j.algorithms.loss.preference.DirectPreference}.
 */
@NullMarked
package org.align4j.algorithms.loss.preference;

import org.jspecify.annotations.NullMarked;
