/**
 * Preferences by a rule, and a reward model of them. Start at {@link
 * org.align4j.bench.reproduce.preference.RewardModelPreparation}.
 */
@NullMarked
package org.align4j.bench.reproduce.preference;

import org.jspecify.annotations.NullMarked;
