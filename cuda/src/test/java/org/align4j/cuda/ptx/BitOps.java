package org.align4j.cuda.ptx;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Logic, shifts and fields of bits, of integers and predicates. */
final class BitOps {

  private final Registers registers;

  BitOps(Registers registers) {
    this.registers = registers;
  }

  /** The operation, or null if it is none of these. */
  @Nullable Op of(Statement s) {
    return switch (s.type()) {
      case "pred" -> predicate(s);
      case "b64", "u64", "s64" -> wide(s);
      default -> narrow(s);
    };
  }

  private int at(Statement s, int operand) {
    return registers.ofInt(s.operand(operand));
  }

  private int atLong(Statement s, int operand) {
    return registers.ofLong(s.operand(operand));
  }

  private Op two(Statement s, Shapes.Ints2 f) {
    return Shapes.ints(at(s, 0), at(s, 1), at(s, 2), f);
  }

  private Op each(Statement s, java.util.function.IntUnaryOperator f) {
    return Shapes.eachInt(at(s, 0), at(s, 1), f);
  }

  private Op each(Statement s, Shapes.IntTernary f) {
    return Shapes.eachInt(at(s, 0), at(s, 1), at(s, 2), at(s, 3), f);
  }

  private @Nullable Op narrow(Statement s) {
    return switch (s.name()) {
      case "and.b32", "and.b16" ->
          two(
              s,
              (d, a, b) -> {
                for (int l = 0; l < 32; l++) {
                  d[l] = a[l] & b[l];
                }
              });
      case "or.b32", "or.b16" ->
          two(
              s,
              (d, a, b) -> {
                for (int l = 0; l < 32; l++) {
                  d[l] = a[l] | b[l];
                }
              });
      case "xor.b32", "xor.b16" ->
          two(
              s,
              (d, a, b) -> {
                for (int l = 0; l < 32; l++) {
                  d[l] = a[l] ^ b[l];
                }
              });
      case "not.b32", "not.b16" -> each(s, a -> ~a);
      case "cnot.b32" -> each(s, a -> a == 0 ? 1 : 0);
      case "shl.b32", "shl.b16" ->
          two(
              s,
              (d, a, b) -> {
                for (int l = 0; l < 32; l++) {
                  d[l] = (b[l] & ~31) != 0 ? 0 : a[l] << b[l];
                }
              });
      case "shr.u32", "shr.b32" ->
          two(
              s,
              (d, a, b) -> {
                for (int l = 0; l < 32; l++) {
                  d[l] = (b[l] & ~31) != 0 ? 0 : a[l] >>> b[l];
                }
              });
      case "shr.s32" ->
          two(
              s,
              (d, a, b) -> {
                for (int l = 0; l < 32; l++) {
                  d[l] = a[l] >> ((b[l] & ~31) != 0 ? 31 : b[l]);
                }
              });
      case "shr.u16", "shr.b16" ->
          Shapes.eachInt(
              at(s, 0), at(s, 1), at(s, 2), (a, b) -> (b & ~31) != 0 ? 0 : (a & 0xffff) >>> b);
      case "shr.s16" ->
          Shapes.eachInt(
              at(s, 0), at(s, 1), at(s, 2), (a, b) -> (short) a >> ((b & ~31) != 0 ? 31 : b));
      case "shf.l.wrap.b32" -> each(s, (a, b, c) -> left(a, b, c & 31));
      case "shf.r.wrap.b32" -> each(s, (a, b, c) -> right(a, b, c & 31));
      case "shf.l.clamp.b32" -> each(s, (a, b, c) -> left(a, b, (c & ~31) != 0 ? 32 : c));
      case "shf.r.clamp.b32" -> each(s, (a, b, c) -> right(a, b, (c & ~31) != 0 ? 32 : c));
      case "prmt.b32" -> each(s, BitOps::permute);
      case "bfe.u32" -> each(s, (a, b, c) -> field(a, b & 255, c & 255, false));
      case "bfe.s32" -> each(s, (a, b, c) -> field(a, b & 255, c & 255, true));
      case "bfi.b32" -> insert(s);
      case "lop3.b32" -> logic(s);
      case "popc.b32" -> each(s, Integer::bitCount);
      case "clz.b32" -> each(s, Integer::numberOfLeadingZeros);
      case "brev.b32" -> each(s, Integer::reverse);
      case "bfind.u32" -> each(s, a -> 31 - Integer.numberOfLeadingZeros(a));
      case "bfind.s32" -> each(s, a -> 31 - Integer.numberOfLeadingZeros(a < 0 ? ~a : a));
      default -> null;
    };
  }

  private static long both(int low, int high) {
    return ((high & 0xffffffffL) << 32) | (low & 0xffffffffL);
  }

  private static int left(int low, int high, int by) {
    return (int) (both(low, high) << by >>> 32);
  }

  private static int right(int low, int high, int by) {
    return (int) (both(low, high) >>> by);
  }

  private static int permute(int a, int b, int selection) {
    long both = both(a, b);
    int result = 0;
    for (int i = 0; i < 4; i++) {
      int choice = (selection >>> (4 * i)) & 15;
      int value = (int) (both >>> (8 * (choice & 7))) & 255;
      int sign = (value & 128) != 0 ? 255 : 0;
      result |= ((choice & 8) != 0 ? sign : value) << (8 * i);
    }
    return result;
  }

  private static int field(int a, int from, int length, boolean signed) {
    long value = signed ? a : a & 0xffffffffL;
    if (length == 0) {
      return 0;
    }
    long rest = from > 31 ? signed ? a >> 31 : 0 : value >> from;
    if (length >= 32) {
      return (int) rest;
    }
    // The sign is that of the field's last bit, or of the number's where the field goes beyond it.
    int unused = 64 - length;
    return (int) (signed ? rest << unused >> unused : rest << unused >>> unused);
  }

  private Op insert(Statement s) {
    int d = at(s, 0);
    int a = at(s, 1);
    int b = at(s, 2);
    int from = at(s, 3);
    int length = at(s, 4);
    return (w, m) -> {
      int[] to = m == -1 ? w.ints[d] : w.someInts;
      for (int l = 0; l < 32; l++) {
        int count = Math.min(w.ints[length][l] & 255, 32);
        int shift = w.ints[from][l] & 255;
        int mask = shift > 31 ? 0 : (int) (((1L << count) - 1) << shift);
        to[l] = (w.ints[b][l] & ~mask) | ((w.ints[a][l] << shift) & mask);
      }
      if (m != -1) {
        w.keepInts(d, m);
      }
    };
  }

  private Op logic(Statement s) {
    int table = (int) registers.constant(s.operand(4));
    return each(
        s,
        (a, b, c) -> {
          int result = 0;
          for (int i = 0; i < 8; i++) {
            if ((table >>> i & 1) != 0) {
              result |= ((i & 4) != 0 ? a : ~a) & ((i & 2) != 0 ? b : ~b) & ((i & 1) != 0 ? c : ~c);
            }
          }
          return result;
        });
  }

  private @Nullable Op wide(Statement s) {
    return switch (s.name()) {
      case "and.b64" ->
          two64(
              s,
              (d, a, b) -> {
                for (int l = 0; l < 32; l++) {
                  d[l] = a[l] & b[l];
                }
              });
      case "or.b64" ->
          two64(
              s,
              (d, a, b) -> {
                for (int l = 0; l < 32; l++) {
                  d[l] = a[l] | b[l];
                }
              });
      case "xor.b64" ->
          two64(
              s,
              (d, a, b) -> {
                for (int l = 0; l < 32; l++) {
                  d[l] = a[l] ^ b[l];
                }
              });
      case "not.b64" -> Shapes.eachLong(atLong(s, 0), atLong(s, 1), a -> ~a);
      case "shl.b64" ->
          shift(
              s,
              (d, a, b) -> {
                for (int l = 0; l < 32; l++) {
                  d[l] = (b[l] & ~63) != 0 ? 0 : a[l] << b[l];
                }
              });
      case "shr.u64", "shr.b64" ->
          shift(
              s,
              (d, a, b) -> {
                for (int l = 0; l < 32; l++) {
                  d[l] = (b[l] & ~63) != 0 ? 0 : a[l] >>> b[l];
                }
              });
      case "shr.s64" ->
          shift(
              s,
              (d, a, b) -> {
                for (int l = 0; l < 32; l++) {
                  d[l] = a[l] >> ((b[l] & ~63) != 0 ? 63 : b[l]);
                }
              });
      case "popc.b64" ->
          count(
              s,
              (d, a) -> {
                for (int l = 0; l < 32; l++) {
                  d[l] = Long.bitCount(a[l]);
                }
              });
      case "clz.b64" ->
          count(
              s,
              (d, a) -> {
                for (int l = 0; l < 32; l++) {
                  d[l] = Long.numberOfLeadingZeros(a[l]);
                }
              });
      case "brev.b64" -> Shapes.eachLong(atLong(s, 0), atLong(s, 1), Long::reverse);
      default -> null;
    };
  }

  private Op two64(Statement s, Shapes.Longs2 f) {
    return Shapes.longs(atLong(s, 0), atLong(s, 1), atLong(s, 2), f);
  }

  private Op shift(Statement s, Shapes.LongsByInts f) {
    return Shapes.longsByInts(atLong(s, 0), atLong(s, 1), at(s, 2), f);
  }

  private Op count(Statement s, Shapes.Narrow f) {
    return Shapes.narrow(at(s, 0), atLong(s, 1), f);
  }

  private @Nullable Op predicate(Statement s) {
    List<String> o = s.operands();
    int d = registers.ofPredicate(s.operand(0));
    int a = registers.ofPredicate(s.operand(1));
    int b = o.size() > 2 ? registers.ofPredicate(o.get(2)) : a;
    return switch (s.base()) {
      case "and" -> (w, m) -> set(w, d, m, w.predicates[a] & w.predicates[b]);
      case "or" -> (w, m) -> set(w, d, m, w.predicates[a] | w.predicates[b]);
      case "xor" -> (w, m) -> set(w, d, m, w.predicates[a] ^ w.predicates[b]);
      case "not" -> (w, m) -> set(w, d, m, ~w.predicates[a]);
      case "mov" -> (w, m) -> set(w, d, m, w.predicates[a]);
      default -> null;
    };
  }

  /** Sets a predicate of some lanes. */
  static void set(Warp w, int predicate, int lanes, int value) {
    w.predicates[predicate] = (w.predicates[predicate] & ~lanes) | (value & lanes);
  }
}
