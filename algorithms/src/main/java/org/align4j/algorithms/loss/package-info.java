/**
 * Policy, value and preference losses with their gradients. Start at {@link
 * org.align4j.algorithms.loss.PolicyObjective}.
 */
@NullMarked
package org.align4j.algorithms.loss;

import org.jspecify.annotations.NullMarked;
