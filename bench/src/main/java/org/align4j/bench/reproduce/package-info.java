/**
 * The paper's figures and tables, measured: which studies there are. How one is run is in {@code
 * study}; the page made of the result files alone is in {@code page}. Start at {@link
 * org.align4j.bench.reproduce.Reproduction}.
 */
@NullMarked
package org.align4j.bench.reproduce;

import org.jspecify.annotations.NullMarked;
