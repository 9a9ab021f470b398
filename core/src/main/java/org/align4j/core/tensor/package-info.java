/** Named parameters and their gradients, as ND4J arrays over native memory. */
@NullMarked
package org.align4j.core.tensor;

import org.jspecify.annotations.NullMarked;
