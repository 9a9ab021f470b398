/**
 * Per-token KL estimators and the controllers of their coefficient. Start at {@link
 * org.align4j.algorithms.kl.KlEstimator}.
 */
@NullMarked
package org.align4j.algorithms.kl;

import org.jspecify.annotations.NullMarked;
