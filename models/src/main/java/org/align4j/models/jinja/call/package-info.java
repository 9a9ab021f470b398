/**
 * Values that are called, their arguments, and the rendering that calls them. Start at {@link
 * org.align4j.models.jinja.call.Rendering}.
 */
@NullMarked
package org.align4j.models.jinja.call;

import org.jspecify.annotations.NullMarked;
