/**
 * Files: atomic writes, memory-mapped reading that distrusts every length and offset, strict JSON.
 */
@NullMarked
package org.align4j.core.file;

import org.jspecify.annotations.NullMarked;
