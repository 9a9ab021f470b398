/**
 * The paper's figures and tables, measured: studies, their runs, result files, and the page that is
 * made of these alone.
 */
@NullMarked
package org.align4j.bench.reproduce;

import org.jspecify.annotations.NullMarked;
