/**
 * The comparison suite: the same prompts, the same SFT policy, the same sample budget; the
 * algorithms take turns.
 */
@NullMarked
package org.align4j.bench.compare;

import org.jspecify.annotations.NullMarked;
