package org.align4j.cuda.check.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.align4j.core.kernel.PackedMatrix;
import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.ops.WeightLayout;
import org.align4j.core.runtime.Precision;
import org.align4j.cuda.kernel.DeviceMatrix;
import org.align4j.cuda.kernel.Form;
import org.align4j.cuda.kernel.Products;
import org.align4j.cuda.kernel.Weight;

/** Products of each form, precision and tile, against float32 and bfloat16 right-hand sides. */
final class ProductCases {

  /** Sums of the tensor cores are cut off, not rounded. */
  private static final double TENSOR = 1e-5;

  private enum Tiles {
    LARGE(131, 137, 69),
    SMALL(67, 37, 133),
    FEW(11, 45, 133),
    /** Large enough that factors are made bfloat16 first, and deeper than the tiles on the way. */
    NARROW(515, 517, 165);

    private final int m;
    private final int n;
    private final int k;

    Tiles(int m, int n, int k) {
      this.m = m;
      this.n = n;
      this.k = k;
    }

    Products of(Launchers kernels) {
      return switch (this) {
        case LARGE, NARROW -> kernels.largeProducts();
        case SMALL -> kernels.smallProducts();
        case FEW -> kernels.products();
      };
    }
  }

  private ProductCases() {}

  static List<KernelCase> all() {
    List<KernelCase> all = new ArrayList<>();
    for (Tiles tiles : Tiles.values()) {
      for (Form form : Form.values()) {
        for (Precision precision : Precision.values()) {
          for (boolean stored : new boolean[] {false, true}) {
            if (exists(tiles, form, precision, stored)) {
              all.add(product(tiles, form, precision, stored));
            }
          }
        }
      }
    }
    return all;
  }

  private static boolean exists(Tiles tiles, Form form, Precision precision, boolean stored) {
    return switch (tiles) {
      case LARGE, SMALL -> form != Form.TN || !stored;
      case FEW -> form == Form.NT && precision != Precision.TF32;
      case NARROW -> precision == Precision.BF16 && (form != Form.TN || !stored);
    };
  }

  private static KernelCase product(Tiles tiles, Form form, Precision precision, boolean stored) {
    int m = tiles.m;
    int n = tiles.n;
    int k = tiles.k;
    Table a = form == Form.TN ? Table.random(1, k, m) : Table.random(1, m, k);
    Table random = form == Form.NT ? Table.random(2, n, k) : Table.random(2, k, n);
    Table b = stored ? Rounding.BF16.of(random) : random;
    Table c = Table.random(3, m, n);
    float[] bias = Table.normal(4, n);
    // As the engine asks for them: a bias forward, sums backward.
    boolean add = form != Form.NT;
    return new KernelCase(
        String.format(
            Locale.ROOT,
            "product_%s_%s%s%s",
            tiles == Tiles.FEW ? "few" : form.name().toLowerCase(Locale.ROOT),
            precision.label(),
            stored ? "_stored" : "",
            tiles == Tiles.SMALL ? "_small" : tiles == Tiles.NARROW ? "_narrow" : ""),
        String.format(Locale.ROOT, "%d x %d x %d", m, n, k),
        precision == Precision.FP32 ? KernelCase.FLOAT : TENSOR,
        precision == Precision.FP32,
        (kernels, room) -> {
          DeviceMatrix target = room.matrix(c);
          tiles
              .of(kernels)
              .product(
                  form,
                  precision,
                  room.matrix(a),
                  weight(room, b, stored),
                  add ? 0 : room.floats(bias),
                  target,
                  m,
                  add);
          return room.read(target);
        },
        (kernels, room) -> {
          Table left = transposedIf(form == Form.TN, Rounding.of(precision).of(a));
          Matrix right = room.matrix(Rounding.of(precision).of(b));
          PackedMatrix packed =
              kernels.products().packed(room.zeros(kernels.products().packedLength(k, n)), k, n);
          WeightLayout layout = form == Form.NT ? WeightLayout.OUT_IN : WeightLayout.IN_OUT;
          kernels.products().pack(right, layout, packed, 0, packed.panels());
          Matrix target = room.matrix(c);
          kernels
              .products()
              .product(
                  room.matrix(left),
                  m,
                  packed,
                  add ? null : room.floats(bias),
                  target,
                  add,
                  0,
                  kernels.products().productTiles(m, packed),
                  room.scratch());
          return HostRoom.read(target);
        },
        () -> {
          Table left = transposedIf(form == Form.TN, Rounding.of(precision).of(a));
          Table right = transposedIf(form != Form.NT, Rounding.of(precision).of(b));
          double[] y = new double[m * n];
          for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
              double sum = add ? c.at(i, j) : bias[j];
              for (int e = 0; e < k; e++) {
                sum += left.at(i, e) * right.at(j, e);
              }
              y[i * n + j] = sum;
            }
          }
          return y;
        });
  }

  /** The right-hand side on the device; rows of bfloat16 at multiples of 16 bytes. */
  static Weight weight(DeviceRoom room, Table b, boolean stored) {
    if (!stored) {
      return Weight.of(room.matrix(b));
    }
    int pitch = (b.columns() + 7) / 8 * 8;
    short[] dense = Rounding.stored(b);
    short[] padded = new short[b.rows() * pitch];
    for (int r = 0; r < b.rows(); r++) {
      System.arraycopy(dense, r * b.columns(), padded, r * pitch, b.columns());
    }
    return new Weight(room.shorts(padded), b.rows(), b.columns(), pitch, true);
  }

  private static Table transposedIf(boolean wanted, Table x) {
    if (!wanted) {
      return x;
    }
    float[] values = new float[x.values().length];
    for (int r = 0; r < x.rows(); r++) {
      for (int c = 0; c < x.columns(); c++) {
        values[c * x.rows() + r] = x.values()[r * x.columns() + c];
      }
    }
    return new Table(values, x.columns(), x.rows());
  }
}
