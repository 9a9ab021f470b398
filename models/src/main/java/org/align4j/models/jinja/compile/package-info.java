/**
 * From statements and expressions to code. Start at {@link
 * org.align4j.models.jinja.compile.Compiler}.
 */
@NullMarked
package org.align4j.models.jinja.compile;

import org.jspecify.annotations.NullMarked;
