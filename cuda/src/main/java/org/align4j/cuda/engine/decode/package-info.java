/** Sampling token by token over a key-value cache in device memory. */
@NullMarked
package org.align4j.cuda.engine.decode;

import org.jspecify.annotations.NullMarked;
