/** Each op in one file: its traits, forward and backward; and the plan that they make. */
@NullMarked
package org.align4j.core.plan.op;

import org.jspecify.annotations.NullMarked;
