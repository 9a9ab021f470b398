package org.align4j.cuda.check.kernel;

import java.util.Locale;
import java.util.Map;
import org.align4j.core.runtime.Precision;
import org.align4j.cuda.check.Card;
import org.align4j.cuda.check.Report;
import org.align4j.cuda.kernel.DeviceMatrix;
import org.align4j.cuda.kernel.Form;
import org.align4j.cuda.kernel.Products;
import org.align4j.cuda.kernel.Weight;

/**
 * Where the lanes of a warp hold the elements of the tensor cores' operands: products of unit
 * vectors with small whole numbers, which are exact. Every place of a fragment is met: row r of one
 * side is the unit vector {@code (r + ⌊r/16⌋) mod 16}.
 */
public final class FragmentCheck {

  private static final int DEPTH = 16;
  private static final int ROWS = 16 * DEPTH;
  private static final int COLUMNS = 64;

  private FragmentCheck() {}

  /** Looks. */
  public static void run(Card card, Report report) {
    for (Precision precision : new Precision[] {Precision.BF16, Precision.TF32}) {
      for (Form form : Form.values()) {
        for (boolean units : new boolean[] {true, false}) {
          check(card, report, precision, form, units, ROWS);
        }
      }
    }
    // As few rows as decoding has: another kernel.
    check(card, report, Precision.BF16, Form.NT, true, DEPTH);
  }

  private static void check(
      Card card, Report report, Precision precision, Form form, boolean unitsLeft, int m) {
    // TF32 has steps of 8 of the depth, BF16 of 16; both divide 16.
    int n = unitsLeft ? COLUMNS : ROWS;
    int rows = unitsLeft ? m : COLUMNS;
    String name =
        precision.label()
            + " "
            + form
            + " "
            + rows
            + " x "
            + n
            + ", units "
            + (unitsLeft ? "left" : "right");
    report.attempt(
        name,
        () -> {
          int right = right(card.launchers(), card, precision, form, unitsLeft, rows, n);
          report.claim(
              right == rows * n,
              name,
              String.format(Locale.ROOT, "%d of %d elements are right", right, rows * n),
              Map.of("right", right, "elements", rows * n));
        });
  }

  private static int right(
      Launchers kernels,
      Card card,
      Precision precision,
      Form form,
      boolean unitsLeft,
      int m,
      int n) {
    try (DeviceRoom room = new DeviceRoom(card.device())) {
      Table a = operand(unitsLeft, m, form == Form.TN);
      Table b = operand(!unitsLeft, n, form != Form.NT);
      DeviceMatrix c = room.matrix(m, n);
      Products products = m > DEPTH ? kernels.largeProducts() : kernels.products();
      products.product(form, precision, room.matrix(a), Weight.of(room.matrix(b)), 0, c, m, false);
      double[] values = room.read(c);
      int right = 0;
      for (int i = 0; i < m; i++) {
        for (int j = 0; j < n; j++) {
          double expected = unitsLeft ? whole(j, unit(i)) : whole(i, unit(j));
          right += values[i * n + j] == expected ? 1 : 0;
        }
      }
      return right;
    }
  }

  private static int unit(int row) {
    return (row + row / DEPTH) % DEPTH;
  }

  /** Whole numbers up to 251: bfloat16 holds them. */
  private static int whole(int row, int depth) {
    return (row * DEPTH + depth) % 251 + 1;
  }

  private static Table operand(boolean units, int rows, boolean transposed) {
    float[] values = new float[rows * DEPTH];
    for (int r = 0; r < rows; r++) {
      for (int e = 0; e < DEPTH; e++) {
        float value = units ? (unit(r) == e ? 1 : 0) : whole(r, e);
        values[transposed ? e * rows + r : r * DEPTH + e] = value;
      }
    }
    return transposed ? new Table(values, DEPTH, rows) : new Table(values, rows, DEPTH);
  }
}
