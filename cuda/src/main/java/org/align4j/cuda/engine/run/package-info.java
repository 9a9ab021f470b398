/** What the passes of a network share: device buffers, weights, the batch at hand. */
@NullMarked
package org.align4j.cuda.engine.run;

import org.jspecify.annotations.NullMarked;
