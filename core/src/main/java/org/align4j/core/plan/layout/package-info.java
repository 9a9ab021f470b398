/**
 * Where the buffers of a plan lie: the schedule, how long each value is needed, and who shares
 * memory with whom.
 */
@NullMarked
package org.align4j.core.plan.layout;

import org.jspecify.annotations.NullMarked;
