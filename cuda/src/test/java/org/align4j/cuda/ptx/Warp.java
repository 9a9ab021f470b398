package org.align4j.cuda.ptx;

import static java.lang.Integer.numberOfTrailingZeros;

import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * 32 lanes in step: their registers, which of them run, and where the others go on. Lanes that part
 * meet again at the lowest place of the code that any of them goes on at.
 */
final class Warp {

  /** Lanes of a warp. */
  static final int LANES = 32;

  final Block block;
  final Kernel kernel;
  final int index;
  final Counts counts;
  final boolean checks;

  /** Registers of up to 32 bits, and of 64 bits: {@code [register][lane]}. */
  final int[][] ints;

  final long[][] longs;

  /** Predicates: a bit a lane. */
  final int[] predicates;

  /** Where results are put while not all lanes run. */
  final int[] someInts = new int[LANES];

  final long[] someLongs = new long[LANES];

  final AsyncCopies copies = new AsyncCopies();
  final byte[] local;
  private final boolean[] localWritten;

  private final int exist;
  private final int[] places = new int[LANES];

  /** Lanes that have not left; that run; that go on elsewhere; that wait for other lanes. */
  private int alive;

  private int active;
  private int elsewhere;
  private int waiting;

  private int pc;
  private int nearest;

  /** Barriers of this warp that all its lanes have passed; orders what its lanes do. */
  int epoch;

  /** The block's barrier that it waits at, or -1. */
  private int barrier = -1;

  Warp(Block block, int index, int threads, Counts counts) {
    this.block = block;
    this.kernel = block.kernel;
    this.index = index;
    this.counts = counts;
    this.checks = block.checks;
    int count = Math.min(LANES, threads - index * LANES);
    this.exist = count == LANES ? -1 : (1 << count) - 1;
    int[] @Nullable [] intRows = kernel.ints();
    long[] @Nullable [] longRows = kernel.longs();
    ints = new int[intRows.length][];
    for (int i = 0; i < ints.length; i++) {
      int[] row = intRows[i];
      ints[i] = row == null ? new int[LANES] : row;
    }
    longs = new long[longRows.length][];
    for (int i = 0; i < longs.length; i++) {
      long[] row = longRows[i];
      longs[i] = row == null ? new long[LANES] : row;
    }
    predicates = kernel.predicates().clone();
    local = new byte[LANES * kernel.localBytes()];
    localWritten = new boolean[checks ? local.length : 0];
    for (Registers.Special special : kernel.specials()) {
      for (int lane = 0; lane < LANES; lane++) {
        ints[special.index()][lane] = block.special(special.name(), index * LANES + lane);
      }
    }
  }

  /** Makes ready for the block's place in the grid. */
  void begin() {
    alive = exist;
    active = exist;
    elsewhere = 0;
    waiting = 0;
    pc = 0;
    nearest = Integer.MAX_VALUE;
    epoch = 0;
    barrier = -1;
    copies.clear();
    Arrays.fill(local, (byte) -1);
    Arrays.fill(localWritten, false);
    for (Registers.Special special : kernel.specials()) {
      if (special.name().startsWith("%ctaid")) {
        Arrays.fill(ints[special.index()], block.special(special.name(), 0));
      }
    }
  }

  /** Runs until all lanes have left or wait at a barrier of the block. */
  void run() {
    Instruction[] code = kernel.code();
    long instructions = 0;
    long threads = 0;
    Instruction at = code[0];
    try {
      while ((active != 0 && nearest > pc) || resume()) {
        at = code[pc++];
        int lanes = active;
        if (at.predicate() >= 0) {
          int p = predicates[at.predicate()];
          lanes &= at.negated() ? ~p : p;
        }
        instructions++;
        threads += Integer.bitCount(lanes);
        if (lanes != 0) {
          at.op().run(this, lanes);
        }
      }
    } catch (PtxFault fault) {
      throw where(at, fault);
    } finally {
      counts.add(instructions, threads);
    }
  }

  private PtxFault where(Instruction at, PtxFault fault) {
    String place =
        String.format(
            Locale.ROOT,
            "%s, line %d (%s), block %d,%d,%d warp %d: ",
            kernel.name(),
            at.statement().line(),
            at.statement(),
            block.x,
            block.y,
            block.z,
            index);
    return new PtxFault(place + fault.getMessage(), fault);
  }

  /** Finds lanes that can run and lets them; answers whether there are any. */
  private boolean resume() {
    if (active != 0) {
      // Others stand at or before this place: take the lowest together.
      park(active, pc);
      active = 0;
    }
    if (barrier >= 0) {
      return false;
    }
    if (elsewhere == 0 && waiting != 0) {
      wake();
    }
    if (elsewhere == 0) {
      return false;
    }
    pc = lowest(elsewhere);
    int rest = 0;
    for (int m = elsewhere; m != 0; m &= m - 1) {
      int lane = numberOfTrailingZeros(m);
      if (places[lane] == pc) {
        active |= 1 << lane;
      } else {
        rest |= 1 << lane;
      }
    }
    elsewhere = rest;
    nearest = rest == 0 ? Integer.MAX_VALUE : lowest(rest);
    return true;
  }

  private int lowest(int lanes) {
    int low = Integer.MAX_VALUE;
    for (int m = lanes; m != 0; m &= m - 1) {
      low = Math.min(low, places[numberOfTrailingZeros(m)]);
    }
    return low;
  }

  private void park(int lanes, int place) {
    for (int m = lanes; m != 0; m &= m - 1) {
      places[numberOfTrailingZeros(m)] = place;
    }
    elsewhere |= lanes;
    nearest = Math.min(nearest, place);
  }

  /** No lane can run: those wait in vain, unless what they wait for has left meanwhile. */
  private void wake() {
    if (alive == waiting && waitingAt(lowest(waiting)) == waiting) {
      int lanes = waiting;
      waiting = 0;
      park(lanes, places[numberOfTrailingZeros(lanes)]);
      return;
    }
    StringBuilder text = new StringBuilder("missing lanes:");
    for (int left = waiting; left != 0; ) {
      int place = lowest(left);
      int group = waitingAt(place) & left;
      Statement statement = kernel.code()[place].statement();
      text.append(
          String.format(
              Locale.ROOT,
              " lanes %08x wait at line %d (%s);",
              group,
              statement.line(),
              statement));
      left &= ~group;
    }
    throw new PtxFault("%s lanes %08x have not left", text, alive);
  }

  private int waitingAt(int place) {
    int lanes = 0;
    for (int m = waiting; m != 0; m &= m - 1) {
      int lane = numberOfTrailingZeros(m);
      if (places[lane] == place) {
        lanes |= 1 << lane;
      }
    }
    return lanes;
  }

  /** Lanes go to a place of the code. */
  void jump(int lanes, int place) {
    if (lanes == active) {
      pc = place;
    } else {
      active &= ~lanes;
      park(lanes, place);
    }
  }

  /** Lanes leave. */
  void exit(int lanes) {
    alive &= ~lanes;
    active &= ~lanes;
  }

  /**
   * Lanes meet others at an instruction.
   *
   * @param lanes those that are there
   * @param members who takes part, lanes that have left included
   * @return those that do it now: none while others are awaited
   */
  int meet(int lanes, int members) {
    if ((lanes & ~members) != 0) {
      throw new PtxFault(
          "lanes %08x are at an instruction whose mask names %08x only", lanes, members);
    }
    int place = pc - 1;
    int there = lanes | (waitingAt(place) & members);
    if ((members & alive & ~there) == 0) {
      waiting &= ~there;
      active |= there;
      return there;
    }
    for (int m = lanes; m != 0; m &= m - 1) {
      places[numberOfTrailingZeros(m)] = place;
    }
    waiting |= lanes;
    active &= ~lanes;
    return 0;
  }

  /** Lanes that have not left. */
  int alive() {
    return alive;
  }

  /** Lanes that were there at first. */
  int exist() {
    return exist;
  }

  /** All its lanes wait for the block. */
  void waitForBlock(int barrier) {
    this.barrier = barrier;
    park(active, pc);
    active = 0;
    waiting = elsewhere;
    elsewhere = 0;
    nearest = Integer.MAX_VALUE;
  }

  /** The barrier of the block that it waits at, or -1. */
  int barrier() {
    return barrier;
  }

  /** The block goes on. */
  void release() {
    barrier = -1;
    elsewhere = waiting;
    waiting = 0;
    nearest = lowest(elsewhere);
    epoch++;
  }

  /** Local memory is written. */
  void markLocal(int place, int size) {
    if (checks) {
      Arrays.fill(localWritten, place, place + size, true);
    }
  }

  /** Local memory is read. */
  void checkLocal(int place, int size, int lane) {
    for (int i = place; checks && i < place + size; i++) {
      if (!localWritten[i]) {
        throw new PtxFault(
            "lane %d reads byte %d of local memory, where it did not write",
            lane, i % kernel.localBytes());
      }
    }
  }

  /** Puts results of some lanes where they belong. */
  void keepInts(int register, int lanes) {
    int[] to = ints[register];
    for (int m = lanes; m != 0; m &= m - 1) {
      int lane = numberOfTrailingZeros(m);
      to[lane] = someInts[lane];
    }
  }

  /** The same for 64 bits. */
  void keepLongs(int register, int lanes) {
    long[] to = longs[register];
    for (int m = lanes; m != 0; m &= m - 1) {
      int lane = numberOfTrailingZeros(m);
      to[lane] = someLongs[lane];
    }
  }
}
