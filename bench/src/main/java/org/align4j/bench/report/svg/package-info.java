/** Charts as SVG. Start at {@link org.align4j.bench.report.svg.SvgChart}. */
@NullMarked
package org.align4j.bench.report.svg;

import org.jspecify.annotations.NullMarked;
