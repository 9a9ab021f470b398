package org.align4j.cuda.ptx;

/** A block: its warps and its shared memory. It is used for one place of the grid after another. */
final class Block {

  final Kernel kernel;
  final Launch launch;
  final boolean checks;
  final SharedMemory shared;

  /** Its place in the grid. */
  int x;

  int y;
  int z;

  /** The same as one number. */
  int number;

  private final Warp[] warps;
  private final int[] order;

  Block(Launch launch, Counts counts) {
    this.kernel = launch.kernel();
    this.launch = launch;
    this.checks = launch.checks();
    this.shared =
        new SharedMemory(
            kernel.sharedBytes() + launch.dynamicShared(), kernel.sharedGranule(), checks);
    this.warps = new Warp[(launch.threads() + Warp.LANES - 1) / Warp.LANES];
    for (int i = 0; i < warps.length; i++) {
      warps[i] = new Warp(this, i, launch.threads(), counts);
    }
    this.order = launch.order().of(warps.length);
  }

  /** What a special register is for a thread. */
  int special(String name, int thread) {
    int lane = thread % Warp.LANES;
    return switch (name) {
      case "%tid.x" -> thread;
      case "%tid.y", "%tid.z" -> 0;
      case "%ntid.x" -> launch.threads();
      case "%ntid.y", "%ntid.z" -> 1;
      case "%ctaid.x" -> x;
      case "%ctaid.y" -> y;
      case "%ctaid.z" -> z;
      case "%nctaid.x" -> launch.x();
      case "%nctaid.y" -> launch.y();
      case "%nctaid.z" -> launch.z();
      case "%laneid" -> lane;
      case "%lanemask_eq" -> 1 << lane;
      case "%lanemask_lt" -> (1 << lane) - 1;
      case "%lanemask_le" -> (2 << lane) - 1;
      case "%lanemask_gt" -> -(2 << lane);
      case "%lanemask_ge" -> -(1 << lane);
      default -> throw new PtxFault("%s is not known", name);
    };
  }

  /** Runs a block of the grid. */
  void run(int place) {
    number = place;
    x = place % launch.x();
    y = place / launch.x() % launch.y();
    z = place / launch.x() / launch.y();
    shared.begin();
    for (Warp warp : warps) {
      warp.begin();
    }
    boolean more = true;
    while (more) {
      more = false;
      for (int i : order) {
        Warp warp = warps[i];
        if (warp.alive() != 0) {
          warp.run();
          more |= warp.alive() != 0;
        }
      }
      if (more) {
        barrier();
      }
    }
  }

  /** All threads are at the same barrier, or something is wrong. */
  private void barrier() {
    int at = -1;
    for (Warp warp : warps) {
      if (warp.alive() != warp.exist()) {
        throw new PtxFault(
            "%s, block %d,%d,%d: a barrier is not reached by all: threads of warp %d have left",
            kernel.name(), x, y, z, warp.index);
      }
      if (at >= 0 && warp.barrier() != at) {
        throw new PtxFault(
            "%s, block %d,%d,%d: some threads wait at barrier %d, others at %d",
            kernel.name(), x, y, z, at, warp.barrier());
      }
      at = warp.barrier();
    }
    shared.barrier();
    for (Warp warp : warps) {
      warp.release();
    }
  }
}
