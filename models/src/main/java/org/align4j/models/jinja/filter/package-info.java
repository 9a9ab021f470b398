/** Jinja2's filters and tests. Start at {@link org.align4j.models.jinja.filter.Filters}. */
@NullMarked
package org.align4j.models.jinja.filter;

import org.jspecify.annotations.NullMarked;
