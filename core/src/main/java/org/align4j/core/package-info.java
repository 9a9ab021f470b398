/**
 * What all modules share: {@link org.align4j.core.Experimental}. The work is in the packages below.
 */
@NullMarked
package org.align4j.core;

import org.jspecify.annotations.NullMarked;
