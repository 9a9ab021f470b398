/**
 * The command line: one class a command that parses its options, calls one library method and hands
 * the result to one printer. The commands stand in packages by what they are for. Start at {@link
 * org.align4j.bench.cli.Main}.
 */
@NullMarked
package org.align4j.bench.cli;

import org.jspecify.annotations.NullMarked;
