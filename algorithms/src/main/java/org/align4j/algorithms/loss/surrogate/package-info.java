/**
 * The policy losses: what becomes of a token's ratio and advantage. Start at {@link
 * org.align4j.algorithms.loss.surrogate.PpoClip}; aggregation and the other terms are in {@link
 * org.align4j.algorithms.loss.PolicyObjective}.
 */
@NullMarked
package org.align4j.algorithms.loss.surrogate;

import org.jspecify.annotations.NullMarked;
