/** Tables and charts of what was measured. */
@NullMarked
package org.align4j.bench.report;

import org.jspecify.annotations.NullMarked;
