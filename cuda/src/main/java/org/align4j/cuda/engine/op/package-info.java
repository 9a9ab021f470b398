/** Each op in one file: its forward and backward launches; and the plan that they make. */
@NullMarked
package org.align4j.cuda.engine.op;

import org.jspecify.annotations.NullMarked;
