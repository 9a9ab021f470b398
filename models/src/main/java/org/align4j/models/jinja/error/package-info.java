/**
 * Errors of templates, and the bounds that templates have to keep. Start at {@link
 * org.align4j.models.jinja.error.TemplateException}.
 */
@NullMarked
package org.align4j.models.jinja.error;

import org.jspecify.annotations.NullMarked;
