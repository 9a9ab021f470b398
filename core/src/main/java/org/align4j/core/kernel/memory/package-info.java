/** Native float memory: who allocates frees, views are checked when they are made. */
@NullMarked
package org.align4j.core.kernel.memory;

import org.jspecify.annotations.NullMarked;
