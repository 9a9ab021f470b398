/**
 * What a person sees and types: output, failures told plainly, signals, their own classes. Start at
 * {@link org.align4j.bench.cli.console.Console}.
 */
@NullMarked
package org.align4j.bench.cli.console;

import org.jspecify.annotations.NullMarked;
