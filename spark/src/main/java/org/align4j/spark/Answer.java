package org.align4j.spark;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * What an executor answered.
 *
 * @param executor its number
 * @param value null where it failed
 * @param failure a sentence, where trying again would not help; else empty
 * @param seconds that the work took
 */
record Answer<T extends Serializable>(
    String executor, @Nullable T value, String failure, double seconds) implements Serializable {}
