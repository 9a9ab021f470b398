/**
 * The optimiser: AdamW, its learning rate over time, clipping by the global norm. It knows
 * gradients and parameters, not where they come from. Start at {@link
 * org.align4j.core.optim.AdamW}.
 */
@NullMarked
package org.align4j.core.optim;

import org.jspecify.annotations.NullMarked;
