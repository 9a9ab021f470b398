/**
 * The configuration of each kind of run, and its file. Start at {@link
 * org.align4j.algorithms.run.config.TrainConfig}.
 */
@NullMarked
package org.align4j.algorithms.run.config;

import org.jspecify.annotations.NullMarked;
