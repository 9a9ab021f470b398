package org.align4j.cuda.ptx;

import static java.lang.Integer.numberOfTrailingZeros;

import java.util.List;
import java.util.function.IntBinaryOperator;

/** What lanes of a warp do together: shuffles, votes, matches, sums of integers. */
final class WarpOps {

  private final Registers registers;

  WarpOps(Registers registers) {
    this.registers = registers;
  }

  /** What lanes that met do. */
  private interface Together {
    void of(Warp warp, int lanes);
  }

  /** Waits for all lanes that a mask names, which must be the same in each of them. */
  private static Op meeting(int mask, Together action) {
    return (warp, lanes) -> {
      int[] masks = warp.ints[mask];
      int members = masks[numberOfTrailingZeros(lanes)];
      for (int m = lanes; m != 0; m &= m - 1) {
        if (masks[numberOfTrailingZeros(m)] != members) {
          throw new PtxFault("lanes %08x have different masks", lanes);
        }
      }
      int all = warp.meet(lanes, members);
      if (all != 0) {
        action.of(warp, all);
      }
    };
  }

  /** {@code bar.warp.sync mask}. */
  Op barrier(Statement s) {
    return meeting(
        registers.ofInt(s.operand(0)),
        (warp, lanes) -> {
          if (lanes == warp.alive()) {
            warp.epoch++;
          }
        });
  }

  /** {@code shfl.sync.MODE.b32 d(|p), a, b, c, mask}. */
  Op shuffle(Statement s) {
    if (!s.name().matches("shfl\\.sync\\.(up|down|bfly|idx)\\.b32")) {
      throw new PtxFault("%s is not known", s.name());
    }
    String mode = s.parts().get(2);
    String[] to = s.operand(0).split("\\|", -1);
    int d = registers.ofInt(to[0].strip());
    int p = to.length > 1 ? registers.ofPredicate(to[1].strip()) : -1;
    int a = registers.ofInt(s.operand(1));
    int b = registers.ofInt(s.operand(2));
    int c = registers.ofInt(s.operand(3));
    return meeting(
        registers.ofInt(s.operand(4)),
        (warp, lanes) -> {
          int inside = 0;
          int[] values = warp.ints[a];
          for (int m = lanes; m != 0; m &= m - 1) {
            int lane = numberOfTrailingZeros(m);
            int source = source(mode, lane, warp.ints[b][lane] & 31, warp.ints[c][lane]);
            if (source >= 0) {
              inside |= 1 << lane;
            } else {
              source = lane;
            }
            if ((lanes >>> source & 1) == 0) {
              throw new PtxFault(
                  "lane %d takes from lane %d, which is not there: missing lanes, %08x are",
                  lane, source, lanes);
            }
            warp.someInts[lane] = values[source];
          }
          warp.keepInts(d, lanes);
          if (p >= 0) {
            BitOps.set(warp, p, lanes, inside);
          }
        });
  }

  /** The lane that a value is taken from, or -1 if it is outside the segment. */
  private static int source(String mode, int lane, int by, int clamp) {
    int segment = clamp >> 8 & 31;
    int last = (lane & segment) | (clamp & 31 & ~segment);
    int source =
        switch (mode) {
          case "up" -> lane - by;
          case "down" -> lane + by;
          case "bfly" -> lane ^ by;
          default -> (lane & segment) | (by & ~segment);
        };
    boolean inside = mode.equals("up") ? source >= last : source <= last;
    return inside ? source : -1;
  }

  /** {@code vote.sync.MODE.TYPE d, (!)p, mask}. */
  Op vote(Statement s) {
    String mode = s.parts().get(2);
    String operand = s.operand(1);
    boolean negated = operand.startsWith("!");
    int p = registers.ofPredicate(negated ? operand.substring(1) : operand);
    boolean ballot = s.name().equals("vote.sync.ballot.b32");
    if (!ballot && !s.name().matches("vote\\.sync\\.(all|any|uni)\\.pred")) {
      throw new PtxFault("%s is not known", s.name());
    }
    int d = ballot ? registers.ofInt(s.operand(0)) : registers.ofPredicate(s.operand(0));
    return meeting(
        registers.ofInt(s.operand(2)),
        (warp, lanes) -> {
          int votes = (negated ? ~warp.predicates[p] : warp.predicates[p]) & lanes;
          if (ballot) {
            for (int m = lanes; m != 0; m &= m - 1) {
              warp.ints[d][numberOfTrailingZeros(m)] = votes;
            }
            return;
          }
          boolean holds =
              switch (mode) {
                case "all" -> votes == lanes;
                case "any" -> votes != 0;
                default -> votes == 0 || votes == lanes;
              };
          BitOps.set(warp, d, lanes, holds ? -1 : 0);
        });
  }

  /** {@code activemask.b32 d}. */
  Op active(Statement s) {
    int d = registers.ofInt(s.operand(0));
    return (warp, lanes) -> {
      for (int m = lanes; m != 0; m &= m - 1) {
        warp.ints[d][numberOfTrailingZeros(m)] = lanes;
      }
    };
  }

  /** {@code match.any.sync.b32 d, a, mask}. */
  Op match(Statement s) {
    if (!s.name().equals("match.any.sync.b32")) {
      throw new PtxFault("%s is not known", s.name());
    }
    int d = registers.ofInt(s.operand(0));
    int a = registers.ofInt(s.operand(1));
    return meeting(
        registers.ofInt(s.operand(2)),
        (warp, lanes) -> {
          for (int m = lanes; m != 0; m &= m - 1) {
            int lane = numberOfTrailingZeros(m);
            int same = 0;
            for (int n = lanes; n != 0; n &= n - 1) {
              int other = numberOfTrailingZeros(n);
              same |= warp.ints[a][other] == warp.ints[a][lane] ? 1 << other : 0;
            }
            warp.someInts[lane] = same;
          }
          warp.keepInts(d, lanes);
        });
  }

  /** {@code redux.sync.OP.TYPE d, a, mask}. */
  Op reduce(Statement s) {
    List<String> parts = s.parts();
    IntBinaryOperator f =
        switch (parts.get(2) + "." + s.type()) {
          case "add.s32", "add.u32" -> Integer::sum;
          case "min.s32" -> Math::min;
          case "max.s32" -> Math::max;
          case "min.u32" -> (a, b) -> Integer.compareUnsigned(a, b) < 0 ? a : b;
          case "max.u32" -> (a, b) -> Integer.compareUnsigned(a, b) > 0 ? a : b;
          case "and.b32" -> (a, b) -> a & b;
          case "or.b32" -> (a, b) -> a | b;
          case "xor.b32" -> (a, b) -> a ^ b;
          default -> throw new PtxFault("%s is not known", s.name());
        };
    int d = registers.ofInt(s.operand(0));
    int a = registers.ofInt(s.operand(1));
    return meeting(
        registers.ofInt(s.operand(2)),
        (warp, lanes) -> {
          int result = warp.ints[a][numberOfTrailingZeros(lanes)];
          for (int m = lanes & lanes - 1; m != 0; m &= m - 1) {
            result = f.applyAsInt(result, warp.ints[a][numberOfTrailingZeros(m)]);
          }
          for (int m = lanes; m != 0; m &= m - 1) {
            warp.ints[d][numberOfTrailingZeros(m)] = result;
          }
        });
  }
}
