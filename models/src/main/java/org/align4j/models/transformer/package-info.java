/**
 * Transformers: their configuration, what a family of them answers, the network with its head. The
 * families themselves are in {@code models.family} and are known here by their names only.
 */
@NullMarked
package org.align4j.models.transformer;

import org.jspecify.annotations.NullMarked;
