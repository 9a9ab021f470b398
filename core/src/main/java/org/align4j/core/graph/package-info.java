/**
 * A network as a list of ops with checked shapes, and who makes and reads each value. Engines that
 * plan ahead work over it; it holds no memory.
 */
@NullMarked
package org.align4j.core.graph;

import org.jspecify.annotations.NullMarked;
