package org.align4j.cuda.ptx;

import static java.lang.Float.floatToRawIntBits;
import static java.lang.Float.intBitsToFloat;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Products of the tensor cores, and what loads their operands. Layouts of fragments are those of
 * the PTX ISA, "Matrix Fragments for mma.m16n8k8" and "m16n8k16".
 *
 * <p>A sum of products is made in double and rounded once: a device rounds at places that NVIDIA
 * does not tell.
 */
final class MatrixOps {

  private static final Pattern PRODUCT =
      Pattern.compile(
          "mma\\.sync\\.aligned\\.m16n8k(4|8|16)\\.row\\.col\\.f32\\.(bf16|tf32)\\.\\2\\.f32");
  private static final Pattern LOAD =
      Pattern.compile(
          "ldmatrix\\.sync\\.aligned\\.m8n8\\.x([124])(\\.trans)?\\.shared(::cta)?\\.b16");
  private static final int ROWS = 16;
  private static final int COLUMNS = 8;

  private final Registers registers;

  MatrixOps(Registers registers) {
    this.registers = registers;
  }

  private int[] vector(String operand, int count) {
    List<String> names = Statement.split(operand.substring(1, operand.length() - 1));
    if (names.size() != count) {
      throw new PtxFault("%s: %d registers are needed", operand, count);
    }
    return names.stream().mapToInt(registers::ofInt).toArray();
  }

  private static void requireAll(int lanes) {
    if (lanes != -1) {
      throw new PtxFault("missing lanes: the whole warp is needed, %08x are there", lanes);
    }
  }

  /** {@code mma.sync d, a, b, c}. */
  Op product(Statement s) {
    Matcher name = PRODUCT.matcher(s.name());
    if (!name.matches()) {
      throw new PtxFault("%s is not known", s.name());
    }
    int depth = Integer.parseInt(name.group(1));
    boolean pairs = name.group(2).equals("bf16");
    if (depth == (pairs ? 4 : 16)) {
      throw new PtxFault("%s is not known", s.name());
    }
    int words = pairs ? depth / 8 : depth / 4;
    int[] d = vector(s.operand(0), 4);
    int[] a = vector(s.operand(1), 2 * words);
    int[] b = vector(s.operand(2), words);
    int[] c = vector(s.operand(3), 4);
    return (warp, lanes) -> {
      int all = warp.meet(lanes, -1);
      if (all == 0) {
        return;
      }
      requireAll(all);
      warp.counts.addProduct();
      double[] left = new double[ROWS * depth];
      double[] right = new double[depth * COLUMNS];
      double[] sums = new double[ROWS * COLUMNS];
      for (int lane = 0; lane < Warp.LANES; lane++) {
        int group = lane >> 2;
        int quad = lane & 3;
        for (int i = 0; i < words; i++) {
          // Two rows of A and one column of B: with bf16 two neighbours of the depth a word.
          int upper = warp.ints[a[2 * i]][lane];
          int lower = warp.ints[a[2 * i + 1]][lane];
          int column = warp.ints[b[i]][lane];
          if (pairs) {
            int k = 8 * i + 2 * quad;
            left[group * depth + k] = low(upper);
            left[group * depth + k + 1] = high(upper);
            left[(group + 8) * depth + k] = low(lower);
            left[(group + 8) * depth + k + 1] = high(lower);
            right[k * COLUMNS + group] = low(column);
            right[(k + 1) * COLUMNS + group] = high(column);
          } else {
            int k = 4 * i + quad;
            left[group * depth + k] = tensorFloat(upper);
            left[(group + 8) * depth + k] = tensorFloat(lower);
            right[k * COLUMNS + group] = tensorFloat(column);
          }
        }
        for (int i = 0; i < 4; i++) {
          sums[place(lane, i)] = intBitsToFloat(warp.ints[c[i]][lane]);
        }
      }
      multiply(left, right, sums, depth);
      for (int lane = 0; lane < Warp.LANES; lane++) {
        for (int i = 0; i < 4; i++) {
          warp.ints[d[i]][lane] = floatToRawIntBits((float) sums[place(lane, i)]);
        }
      }
    };
  }

  /** Where the i-th number of a lane's sums lies. */
  private static int place(int lane, int i) {
    return ((lane >> 2) + 8 * (i >> 1)) * COLUMNS + 2 * (lane & 3) + (i & 1);
  }

  private static double low(int pair) {
    return intBitsToFloat(pair << 16);
  }

  private static double high(int pair) {
    return intBitsToFloat(pair & 0xffff0000);
  }

  /** A device ignores the 13 last bits. */
  private static double tensorFloat(int bits) {
    return intBitsToFloat(bits & 0xffffe000);
  }

  private static void multiply(double[] left, double[] right, double[] sums, int depth) {
    for (int row = 0; row < ROWS; row++) {
      for (int k = 0; k < depth; k++) {
        double x = left[row * depth + k];
        for (int column = 0; column < COLUMNS; column++) {
          sums[row * COLUMNS + column] += x * right[k * COLUMNS + column];
        }
      }
    }
  }

  /** {@code ldmatrix d, [address]}: lane {@code 8 i + r} has the address of row r of matrix i. */
  Op load(Statement s) {
    Matcher name = LOAD.matcher(s.name());
    if (!name.matches()) {
      throw new PtxFault("%s is not known", s.name());
    }
    int count = Integer.parseInt(name.group(1));
    boolean transposed = name.group(2) != null;
    int[] d = vector(s.operand(0), count);
    Address address = Address.of(s.operand(1), registers);
    Op load =
        (warp, lanes) -> {
          int all = warp.meet(lanes, -1);
          if (all == 0) {
            return;
          }
          requireAll(all);
          SharedMemory shared = warp.block.shared;
          int[] rows = new int[8 * count];
          for (int i = 0; i < rows.length; i++) {
            rows[i] = shared.place(address.of(warp, i), 16);
          }
          for (int i = 0; i < count; i++) {
            int[] to = warp.ints[d[i]];
            for (int lane = 0; lane < Warp.LANES; lane++) {
              int line = lane >> 2;
              int pair = 2 * (lane & 3);
              int first =
                  transposed ? rows[8 * i + pair] + 2 * line : rows[8 * i + line] + 2 * pair;
              int second = transposed ? rows[8 * i + pair + 1] + 2 * line : first + 2;
              shared.read(first, 2, warp, lane);
              shared.read(second, 2, warp, lane);
              int low = (short) Bytes.SHORT.get(shared.bytes, first) & 0xffff;
              int high = (short) Bytes.SHORT.get(shared.bytes, second);
              to[lane] = high << 16 | low;
            }
          }
        };
    // Each matrix is one pass of eight rows when they lie in different banks.
    return Traffic.matrices(address, count, load);
  }
}
