/**
 * From a template's text to statements and expressions. Start at {@link
 * org.align4j.models.jinja.parse.Parser}.
 */
@NullMarked
package org.align4j.models.jinja.parse;

import org.jspecify.annotations.NullMarked;
