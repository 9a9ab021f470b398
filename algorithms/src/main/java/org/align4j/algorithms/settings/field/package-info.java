/**
 * Fields of settings: their names, kinds, documents and checks. Start at {@link
 * org.align4j.algorithms.settings.field.Fields}.
 */
@NullMarked
package org.align4j.algorithms.settings.field;

import org.jspecify.annotations.NullMarked;
