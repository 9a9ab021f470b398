/**
 * What runs a network, whichever engine it is: definitions, packed batches, scores, decoding. Start
 * at {@link org.align4j.core.engine.Network}.
 */
@NullMarked
package org.align4j.core.engine;

import org.jspecify.annotations.NullMarked;
