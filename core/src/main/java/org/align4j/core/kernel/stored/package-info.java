/** Weights as checkpoints store them: the formats of files and their decoding. */
@NullMarked
package org.align4j.core.kernel.stored;

import org.jspecify.annotations.NullMarked;
