/** Extensions found by {@code ServiceLoader} and looked up by name. */
@NullMarked
package org.align4j.algorithms.registry;

import org.jspecify.annotations.NullMarked;
