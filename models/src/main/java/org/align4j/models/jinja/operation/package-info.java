/**
 * What is done with values: arithmetic, comparison, slices, attributes and the methods of each
 * type. Start at {@link org.align4j.models.jinja.operation.Lookup}.
 */
@NullMarked
package org.align4j.models.jinja.operation;

import org.jspecify.annotations.NullMarked;
