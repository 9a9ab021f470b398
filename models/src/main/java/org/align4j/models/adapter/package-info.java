/** Adapters: low-rank matrices trained on a frozen base, in PEFT's files. */
@NullMarked
package org.align4j.models.adapter;

import org.jspecify.annotations.NullMarked;
