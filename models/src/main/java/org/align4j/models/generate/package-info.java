/** Sampling of completions. Start at {@link org.align4j.models.generate.Generator}. */
@NullMarked
package org.align4j.models.generate;

import org.jspecify.annotations.NullMarked;
