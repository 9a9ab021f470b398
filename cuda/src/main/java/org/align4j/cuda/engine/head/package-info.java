/** What a network ends in, applied at the labelled rows, the vocabulary in slices. */
@NullMarked
package org.align4j.cuda.engine.head;

import org.jspecify.annotations.NullMarked;
