/**
 * Checks of a model against what other implementations computed. Start at {@link
 * org.align4j.models.parity.Parity}.
 */
@NullMarked
package org.align4j.models.parity;

import org.jspecify.annotations.NullMarked;
