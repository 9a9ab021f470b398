/**
 * What machines of a run say to one another directly, over sockets: gradients in {@link
 * org.align4j.spark.link.Mesh}, whole states in {@link org.align4j.spark.link.StateServer}. It
 * knows nothing of Spark.
 */
@NullMarked
package org.align4j.spark.link;

import org.jspecify.annotations.NullMarked;
