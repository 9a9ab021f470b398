package org.align4j.core.kernel.stored;

import com.google.errorprone.annotations.Immutable;
import java.lang.foreign.MemorySegment;

/** Decodes one part of a block. */
@Immutable
@FunctionalInterface
interface PartDecoder {

  /** Part {@code index} of the block that begins at byte {@code at}. */
  void decode(MemorySegment from, long at, int index, Part to);
}
