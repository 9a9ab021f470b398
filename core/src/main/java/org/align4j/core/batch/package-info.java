/** Packed batches of token sequences: shared prefixes, rows, labels. */
@NullMarked
package org.align4j.core.batch;

import org.jspecify.annotations.NullMarked;
