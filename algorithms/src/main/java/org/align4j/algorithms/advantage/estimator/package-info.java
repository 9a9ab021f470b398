/**
 * The advantage estimators that come with the library, one class each. What they answer is {@link
 * org.align4j.algorithms.advantage.AdvantageEstimator}.
 */
@NullMarked
package org.align4j.algorithms.advantage.estimator;

import org.jspecify.annotations.NullMarked;
