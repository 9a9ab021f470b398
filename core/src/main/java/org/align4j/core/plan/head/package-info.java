/** What a network ends in, applied at the labelled rows, the vocabulary in slices. */
@NullMarked
package org.align4j.core.plan.head;

import org.jspecify.annotations.NullMarked;
