/**
 * From rewards to advantages: experience, groups, whitening and the estimators. Start at {@link
 * org.align4j.algorithms.advantage.AdvantageEstimator}.
 */
@NullMarked
package org.align4j.algorithms.advantage;

import org.jspecify.annotations.NullMarked;
