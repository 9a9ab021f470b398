/** The op vocabulary that models are written in. Start at {@link org.align4j.core.ops.Ops}. */
@NullMarked
package org.align4j.core.ops;

import org.jspecify.annotations.NullMarked;
