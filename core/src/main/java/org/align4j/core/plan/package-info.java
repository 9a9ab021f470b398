/**
 * The plan engine: a network compiled to a static list of kernel calls over buffers laid out once.
 * Start at {@link org.align4j.core.plan.PlanNetwork}.
 */
@NullMarked
package org.align4j.core.plan;

import org.jspecify.annotations.NullMarked;
