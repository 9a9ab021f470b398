/**
 * Settings of training: groups of settings with presets, typed withers and a text form by dotted
 * name ({@code field}); {@code input} and {@code run} are about what surrounds it. What the
 * settings are turned into is {@code train.experience.ResolvedAlgorithm}; what conventions decide
 * is {@code convention}. Start at {@link org.align4j.algorithms.settings.RlSettings}.
 */
@NullMarked
package org.align4j.algorithms.settings;

import org.jspecify.annotations.NullMarked;
