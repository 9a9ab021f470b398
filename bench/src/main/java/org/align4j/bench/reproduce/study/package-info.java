/**
 * A study: its conditions, its runs and their result file. Start at {@link
 * org.align4j.bench.reproduce.study.StudyRunner}.
 */
@NullMarked
package org.align4j.bench.reproduce.study;

import org.jspecify.annotations.NullMarked;
