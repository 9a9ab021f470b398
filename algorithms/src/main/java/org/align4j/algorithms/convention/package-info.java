/** What the peers do differently, as data: conventions and the algorithms composed under them. */
@NullMarked
package org.align4j.algorithms.convention;

import org.jspecify.annotations.NullMarked;
