/**
 * Runs case files, each with inputs and what a peer's own function answered for them. Start at
 * {@link org.align4j.algorithms.conformance.Conformance}.
 */
@NullMarked
package org.align4j.algorithms.conformance;

import org.jspecify.annotations.NullMarked;
