/**
 * The commands that check and measure the library itself. Start at {@link
 * org.align4j.bench.cli.check.ParityCommand}.
 */
@NullMarked
package org.align4j.bench.cli.check;

import org.jspecify.annotations.NullMarked;
