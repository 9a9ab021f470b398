/**
 * The files of a run: its folder, lock, checkpoints and description. Start at {@link
 * org.align4j.algorithms.run.folder.RunFolder}.
 */
@NullMarked
package org.align4j.algorithms.run.folder;

import org.jspecify.annotations.NullMarked;
