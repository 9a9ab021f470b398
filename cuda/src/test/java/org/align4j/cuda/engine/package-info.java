@NullMarked
package org.align4j.cuda.engine;

import org.jspecify.annotations.NullMarked;
