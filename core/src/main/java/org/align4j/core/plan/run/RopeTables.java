package org.align4j.core.plan.run;

import java.util.HashMap;
import java.util.Map;
import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.kernel.memory.NativeFloats;
import org.align4j.core.kernel.memory.NativeMemory;
import org.align4j.core.ops.RopeTable;

/** Cosines and sines in native memory, one copy per table. */
public final class RopeTables {

  /** {@code [positions, rotated/2]} each. */
  public record Tables(Matrix cos, Matrix sin) {}

  private final NativeMemory memory;
  private final Map<RopeTable, Tables> tables = new HashMap<>();

  /** Tables in memory that belongs to the caller. */
  public RopeTables(NativeMemory memory) {
    this.memory = memory;
  }

  /** The copy of a table. */
  public Tables of(RopeTable table) {
    return tables.computeIfAbsent(table, this::copy);
  }

  private Tables copy(RopeTable table) {
    int half = table.rotated() / 2;
    NativeFloats cos = memory.allocate((long) table.positions() * half);
    NativeFloats sin = memory.allocate((long) table.positions() * half);
    for (int p = 0; p < table.positions(); p++) {
      for (int i = 0; i < half; i++) {
        cos.set((long) p * half + i, table.cos(p, i));
        sin.set((long) p * half + i, table.sin(p, i));
      }
    }
    return new Tables(cos.matrix(half), sin.matrix(half));
  }
}
