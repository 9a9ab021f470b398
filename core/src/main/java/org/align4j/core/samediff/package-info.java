/**
 * The SameDiff engine: stock graphs of a network over the portable subset of ND4J's ops. Start at
 * {@link org.align4j.core.samediff.SameDiffNetwork}.
 */
@NullMarked
package org.align4j.core.samediff;

import org.jspecify.annotations.NullMarked;
