@NullMarked
package org.align4j.core.engine;

import org.jspecify.annotations.NullMarked;
