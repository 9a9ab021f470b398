/** Classes found by {@code ServiceLoader}, and what is said of a name that nothing has. */
@NullMarked
package org.align4j.core.registry;

import org.jspecify.annotations.NullMarked;
