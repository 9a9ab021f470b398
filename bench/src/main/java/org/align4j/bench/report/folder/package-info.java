/**
 * Run folders as a report reads them: metrics, guard events, groups of seeds. Start at {@link
 * org.align4j.bench.report.folder.ReportedRun}.
 */
@NullMarked
package org.align4j.bench.report.folder;

import org.jspecify.annotations.NullMarked;
