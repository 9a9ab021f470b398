/**
 * The values of templates: Python's types as far as templates see them. Start at {@link
 * org.align4j.models.jinja.value.Value}.
 */
@NullMarked
package org.align4j.models.jinja.value;

import org.jspecify.annotations.NullMarked;
