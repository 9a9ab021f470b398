/**
 * What a run is made from: model, data, rewards and how they are judged. Start at {@link
 * org.align4j.algorithms.settings.input.TrainInput}.
 */
@NullMarked
package org.align4j.algorithms.settings.input;

import org.jspecify.annotations.NullMarked;
