/**
 * What a person sees and types: output, failures in plain words, signals, their own classes. Start
 * at {@link org.align4j.bench.cli.console.Console}.
 */
@NullMarked
package org.align4j.bench.cli.console;

import org.jspecify.annotations.NullMarked;
