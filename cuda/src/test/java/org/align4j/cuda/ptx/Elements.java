package org.align4j.cuda.ptx;

import java.util.List;

/**
 * What a load or a store moves for a lane: one register, or some of a vector.
 *
 * @param size bytes of each
 * @param signed whether a load into a wider register repeats the sign
 * @param wide whether each register has 64 bits
 * @param registers their numbers
 */
record Elements(int size, boolean signed, boolean wide, int[] registers) {

  /** Takes the type and {@code %r1} or <code>{%r1, %r2}</code> apart. */
  static Elements of(String type, String operand, Registers registers) {
    int size =
        switch (type) {
          case "b8", "u8", "s8" -> 1;
          case "b16", "u16", "s16", "f16", "bf16" -> 2;
          case "b32", "u32", "s32", "f32" -> 4;
          case "b64", "u64", "s64", "f64" -> 8;
          default -> throw new PtxFault("type %s in memory is not known", type);
        };
    List<String> names =
        operand.startsWith("{")
            ? Statement.split(operand.substring(1, operand.length() - 1))
            : List.of(operand);
    boolean wide = false;
    for (String name : names) {
      wide |= registers.kind(name) == Registers.Kind.LONG;
    }
    boolean toLong = wide || size == 8;
    int[] indices =
        names.stream()
            .mapToInt(name -> toLong ? registers.ofLong(name) : registers.ofInt(name))
            .toArray();
    return new Elements(size, type.startsWith("s"), toLong, indices);
  }

  /** Bytes of all. */
  int bytes() {
    return size * registers.length;
  }

  /** From memory to a lane's registers. */
  void load(byte[] bytes, int place, Warp warp, int lane) {
    if (size == 4 && !wide) {
      for (int i = 0; i < registers.length; i++) {
        warp.ints[registers[i]][lane] = (int) Bytes.INT.get(bytes, place + 4 * i);
      }
      return;
    }
    int unused = Long.SIZE - 8 * size;
    for (int i = 0; i < registers.length; i++) {
      long value = Bytes.get(bytes, place + size * i, size);
      if (signed) {
        value = value << unused >> unused;
      }
      if (wide) {
        warp.longs[registers[i]][lane] = value;
      } else {
        warp.ints[registers[i]][lane] = (int) value;
      }
    }
  }

  /** From a lane's registers to memory. */
  void store(byte[] bytes, int place, Warp warp, int lane) {
    for (int i = 0; i < registers.length; i++) {
      if (wide) {
        Bytes.set(bytes, place + size * i, size, warp.longs[registers[i]][lane]);
      } else if (size == 4) {
        Bytes.INT.set(bytes, place + 4 * i, warp.ints[registers[i]][lane]);
      } else {
        Bytes.set(bytes, place + size * i, size, warp.ints[registers[i]][lane]);
      }
    }
  }
}
