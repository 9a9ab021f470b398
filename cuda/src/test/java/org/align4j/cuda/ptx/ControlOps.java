package org.align4j.cuda.ptx;

import static java.lang.Integer.numberOfTrailingZeros;

import java.util.List;
import java.util.Map;

/** Branches, ends, and barriers of the block. */
final class ControlOps {

  private final Registers registers;
  private final Map<String, Integer> labels;
  private final Map<String, List<String>> tables;

  /** {@code labels}: places of the code; {@code tables}: targets of computed branches. */
  ControlOps(Registers registers, Map<String, Integer> labels, Map<String, List<String>> tables) {
    this.registers = registers;
    this.labels = labels;
    this.tables = tables;
  }

  private int place(String label) {
    Integer place = labels.get(label);
    if (place == null) {
      throw new PtxFault("label %s is not known", label);
    }
    return place;
  }

  /** {@code bra}. */
  Op branch(Statement s) {
    int place = place(s.operand(0));
    return (warp, lanes) -> warp.jump(lanes, place);
  }

  /** {@code brx.idx index, table}. */
  Op indexed(Statement s) {
    List<String> table = tables.get(s.operand(1));
    if (table == null) {
      throw new PtxFault("table %s is not known", s.operand(1));
    }
    int index = registers.ofInt(s.operand(0));
    int[] places = table.stream().mapToInt(this::place).toArray();
    return (warp, lanes) -> {
      for (int m = lanes; m != 0; ) {
        int which = warp.ints[index][numberOfTrailingZeros(m)];
        if (which < 0 || which >= places.length) {
          throw new PtxFault("branch %d of %d", which, places.length);
        }
        int same = 0;
        for (int n = m; n != 0; n &= n - 1) {
          int lane = numberOfTrailingZeros(n);
          same |= warp.ints[index][lane] == which ? 1 << lane : 0;
        }
        m &= ~same;
        warp.jump(same, places[which]);
      }
    };
  }

  /** {@code ret} and {@code exit}. */
  static Op end() {
    return Warp::exit;
  }

  /** {@code bar.sync id}, by all threads of the block. */
  Op barrier(Statement s) {
    if (s.operands().size() > 1) {
      throw new PtxFault("%s by some threads of a block is not known", s.name());
    }
    int id = registers.ofInt(s.operand(0));
    return (warp, lanes) -> {
      int all = warp.meet(lanes, warp.alive());
      if (all != 0) {
        warp.waitForBlock(warp.ints[id][numberOfTrailingZeros(all)]);
      }
    };
  }
}
