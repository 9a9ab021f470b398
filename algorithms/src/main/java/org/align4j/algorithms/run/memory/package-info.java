/** What a job takes in memory, told before anything is loaded. */
@NullMarked
package org.align4j.algorithms.run.memory;

import org.jspecify.annotations.NullMarked;
