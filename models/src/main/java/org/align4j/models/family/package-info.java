/**
 * The model families, one file each, and what those that are built like Llama share. No other
 * package names one of them: they are found as services.
 */
@NullMarked
package org.align4j.models.family;

import org.jspecify.annotations.NullMarked;
