/**
 * What a compiled template runs on: variables, blocks, macros, loops and global functions. Start at
 * {@link org.align4j.models.jinja.run.Code}.
 */
@NullMarked
package org.align4j.models.jinja.run;

import org.jspecify.annotations.NullMarked;
