package org.align4j.core.kernel;

/** Numbers in rows and columns, wherever they lie. */
@FunctionalInterface
interface Elements {

  float get(int row, int column);
}
