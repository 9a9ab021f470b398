/** Result files as one page: claims, their statistics and verdicts, charts, tables, pictures. */
@NullMarked
package org.align4j.bench.reproduce.page;

import org.jspecify.annotations.NullMarked;
