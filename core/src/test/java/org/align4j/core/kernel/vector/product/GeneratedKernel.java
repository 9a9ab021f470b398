package org.align4j.core.kernel.vector.product;

/** A method of a source that is generated. */
interface GeneratedKernel {

  /** Its name. */
  String name();

  /** The whole method. The formatter breaks its lines. */
  String source();
}
