/** How fast kernels and launches are, against what the card can do. */
@NullMarked
package org.align4j.cuda.check.speed;

import org.jspecify.annotations.NullMarked;
