@NullMarked
package org.align4j.core.samediff;

import org.jspecify.annotations.NullMarked;
