/** The commands that train. Start at {@link org.align4j.bench.cli.train.RunCommand}. */
@NullMarked
package org.align4j.bench.cli.train;

import org.jspecify.annotations.NullMarked;
