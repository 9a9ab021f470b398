/** Random numbers that depend on what they are for, never on when they were drawn. */
@NullMarked
package org.align4j.core.random;

import org.jspecify.annotations.NullMarked;
