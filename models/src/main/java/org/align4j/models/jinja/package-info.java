/**
 * The template language of chat templates: Jinja2 3.1 as transformers sets it up, interpreted. A
 * template's text becomes tokens ({@code Lexer}), a tree ({@code Parser}), and executable code with
 * every name bound to its place ({@code Compiler}, by Jinja2's own scope rules in {@code Symbols});
 * values follow Python ({@code Value}). Knows nothing of chats; start at {@link
 * org.align4j.models.jinja.Template}.
 */
@NullMarked
package org.align4j.models.jinja;

import org.jspecify.annotations.NullMarked;
