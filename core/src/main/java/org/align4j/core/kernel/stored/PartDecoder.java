package org.align4j.core.kernel.stored;

import java.lang.foreign.MemorySegment;

/** Decodes one part of a block. */
interface PartDecoder {

  /** Part {@code index} of the block that begins at byte {@code at}. */
  void decode(MemorySegment from, long at, int index, Part to);
}
