/**
 * The template language of chat templates: Jinja2 3.1 as transformers sets it up, interpreted. A
 * template's text becomes tokens and a tree ({@code parse}), and executable code with every name
 * bound to its place ({@code compile}, {@code run}, by Jinja2's own scope rules in {@code
 * Symbols}); values follow Python ({@code value}), as do their operators and methods ({@code
 * operation}). Knows nothing of chats; start at {@link org.align4j.models.jinja.Template}.
 */
@NullMarked
package org.align4j.models.jinja;

import org.jspecify.annotations.NullMarked;
