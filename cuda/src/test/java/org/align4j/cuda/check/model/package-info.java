/** Whole models of well-known shapes with random weights, through the engine, without ND4J. */
@NullMarked
package org.align4j.cuda.check.model;

import org.jspecify.annotations.NullMarked;
