package org.align4j.cuda.check.kernel;

import org.align4j.core.runtime.Precision;

/** How the factors of products are rounded. */
enum Rounding {
  FP32,
  TF32,
  BF16;

  static Rounding of(Precision precision) {
    return valueOf(precision.name());
  }

  float of(float x) {
    int bits = Float.floatToRawIntBits(x);
    return switch (this) {
      case FP32 -> x;
      // cvt.rna.tf32: ties away from zero.
      case TF32 -> Float.intBitsToFloat((bits + 0x1000) & 0xffffe000);
      // cvt.rn.bf16: ties to even.
      case BF16 -> Float.intBitsToFloat((bits + 0x7fff + ((bits >>> 16) & 1)) & 0xffff0000);
    };
  }

  Table of(Table table) {
    float[] values = table.values().clone();
    for (int i = 0; i < values.length; i++) {
      values[i] = of(values[i]);
    }
    return new Table(values, table.rows(), table.columns());
  }

  /** The upper halves: a table of bfloat16 as a checkpoint stores it. */
  static short[] stored(Table table) {
    short[] halves = new short[table.values().length];
    for (int i = 0; i < halves.length; i++) {
      halves[i] = (short) (Float.floatToRawIntBits(table.values()[i]) >>> 16);
    }
    return halves;
  }
}
