/**
 * The commands that compare runs and report on them. Start at {@link
 * org.align4j.bench.cli.study.CompareCommand}.
 */
@NullMarked
package org.align4j.bench.cli.study;

import org.jspecify.annotations.NullMarked;
