/**
 * The commands that fetch a model and ask it. Start at {@link
 * org.align4j.bench.cli.model.GenerateCommand}.
 */
@NullMarked
package org.align4j.bench.cli.model;

import org.jspecify.annotations.NullMarked;
