/**
 * Checkpoints in and out: Hugging Face folders, safetensors, GGUF, the hub. Start at {@link
 * org.align4j.models.checkpoint.Checkpoint#load}.
 */
@NullMarked
package org.align4j.models.checkpoint;

import org.jspecify.annotations.NullMarked;
