/**
 * Options that several commands share. Start at {@link org.align4j.bench.cli.option.EngineOption}.
 */
@NullMarked
package org.align4j.bench.cli.option;

import org.jspecify.annotations.NullMarked;
