/** {@code --engine cuda}: the third interpreter of the op vocabulary. */
@NullMarked
package org.align4j.cuda.engine;

import org.jspecify.annotations.NullMarked;
