@NullMarked
package org.align4j.core.tensor;

import org.jspecify.annotations.NullMarked;
