/**
 * Transformer architectures: their configuration, their parameters' names and shapes, the network.
 */
@NullMarked
package org.align4j.models.transformer;

import org.jspecify.annotations.NullMarked;
