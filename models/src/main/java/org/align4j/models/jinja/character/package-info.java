/** Characters as Python counts, classifies and quotes them. */
@NullMarked
package org.align4j.models.jinja.character;

import org.jspecify.annotations.NullMarked;
