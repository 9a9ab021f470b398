package org.align4j.core.kernel.memory;

/** Numbers in rows and columns, wherever they lie. */
@FunctionalInterface
public interface Elements {

  float get(int row, int column);
}
