/**
 * Tables and charts of what was measured: {@link org.align4j.bench.report.ComparisonReport} for the
 * terminal, {@link org.align4j.bench.report.ReportPage} for the browser. The page's data is {@code
 * ReportData}; how it looks is in {@code report.html}, {@code report.css} and {@code report.js}.
 */
@NullMarked
package org.align4j.bench.report;

import org.jspecify.annotations.NullMarked;
