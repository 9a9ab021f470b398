package org.align4j.cuda.ptx;

/** What an instruction does for the lanes of a mask that is not empty. */
@FunctionalInterface
interface Op {

  /** Does it. The program counter is that of the next instruction already. */
  void run(Warp warp, int lanes);
}
