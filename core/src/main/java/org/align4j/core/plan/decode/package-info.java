/** Sampling token by token over a key-value cache. */
@NullMarked
package org.align4j.core.plan.decode;

import org.jspecify.annotations.NullMarked;
