/** What an update takes on so many executors: calculated, and compared with what was measured. */
@NullMarked
package org.align4j.spark.scaling;

import org.jspecify.annotations.NullMarked;
