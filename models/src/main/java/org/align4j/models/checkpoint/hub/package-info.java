/** Downloads from the Hugging Face hub. */
@NullMarked
package org.align4j.models.checkpoint.hub;

import org.jspecify.annotations.NullMarked;
