@NullMarked
package org.align4j.core.optim;

import org.jspecify.annotations.NullMarked;
