/**
 * Tokens that another policy sampled than the one that is updated: which of them are left out, and
 * what the others weigh. What samples the tokens and when is not here. Start at {@link
 * org.align4j.algorithms.offpolicy.OffPolicy}.
 */
@NullMarked
package org.align4j.algorithms.offpolicy;

import org.jspecify.annotations.NullMarked;
