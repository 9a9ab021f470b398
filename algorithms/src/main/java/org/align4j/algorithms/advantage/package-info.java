/**
 * From rewards to advantages: experience, groups, returns and whitening; the estimators are in
 * {@code estimator}. Start at {@link org.align4j.algorithms.advantage.AdvantageEstimator}.
 */
@NullMarked
package org.align4j.algorithms.advantage;

import org.jspecify.annotations.NullMarked;
