package org.align4j.cuda.kernel;

import static com.google.common.base.Preconditions.checkArgument;
import static org.align4j.cuda.kernel.Elements.check;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.align4j.core.runtime.Precision;
import org.align4j.cuda.driver.Device;
import org.jspecify.annotations.Nullable;

/**
 * Matrix products: {@code products.cu}, {@code few.cu}, {@code narrow.cu} and {@code wgmma.cu}.
 * Each element is one chain over the depth in order, so that a row has the same bits whatever the
 * number of rows, the tiles and the kernel are. In {@code FP32} they are the bits of core's {@code
 * ProductKernels}; in {@code TF32} and {@code BF16} the factors are rounded and the sums are the
 * tensor cores'.
 */
public final class Products {

  /** Rows up to which the kernels for few rows are taken. */
  static final int FEW_ROWS = 16;

  /** Rows and columns of a result from which it pays to make bfloat16 of both factors first. */
  static final int NARROW_FROM = 512;

  /** A ring of four tiles, 32 of the depth, of 128 rows and 256 columns: see {@code narrow.cu}. */
  private static final int NARROW_SHARED = 4 * 32 * (128 + 256) * 2;

  /** What a block makes. */
  private enum Size {
    LARGE(128, 128, ""),
    SMALL(64, 32, "_small"),
    FEW(FEW_ROWS, 32, ""),
    /** Of two factors that are bfloat16 in memory. */
    NARROW(128, 256, "_narrow");

    private final int height;
    private final int width;
    private final String suffix;

    Size(int height, int width, String suffix) {
      this.height = height;
      this.width = width;
      this.suffix = suffix;
    }

    long blocks(int m, int n) {
      return (long) Math.ceilDiv(m, height) * Math.ceilDiv(n, width);
    }

    int threads(Precision precision) {
      return switch (this) {
        case LARGE, NARROW -> 256;
        case SMALL -> 128;
        case FEW -> precision == Precision.FP32 ? 256 : 128;
      };
    }
  }

  /** A kernel. */
  private record Kernel(Form form, Precision precision, boolean stored, Size size) {

    boolean exists() {
      return switch (size) {
        case LARGE, SMALL -> !(form == Form.TN && stored);
        case FEW -> form == Form.NT && precision != Precision.TF32;
        case NARROW -> precision == Precision.BF16 && !stored;
      };
    }

    int dynamicShared() {
      return size == Size.NARROW ? NARROW_SHARED : 0;
    }

    String label() {
      String kind = size == Size.FEW ? "few" : form.name().toLowerCase(Locale.ROOT);
      String sums =
          switch (precision) {
            case FP32 -> "f32";
            case TF32 -> "tf32";
            case BF16 -> "bf16";
          };
      return "product_" + kind + "_" + sums + (stored ? "_stored" : "") + size.suffix;
    }
  }

  private final Map<Kernel, Call> calls = new HashMap<>();
  private final Device.Program program;
  private final Narrowing narrowing;
  private final int processors;
  private @Nullable Wgmma wgmma;

  /**
   * The kernels of a loaded program.
   *
   * @param processors of the device: a result of fewer large tiles is cut into small ones
   */
  public Products(Device.Program program, int processors) {
    this.program = program;
    this.processors = processors;
    narrowing = new Narrowing(program);
    for (Form form : Form.values()) {
      for (Precision precision : Precision.values()) {
        for (Size size : Size.values()) {
          for (boolean stored : new boolean[] {false, true}) {
            Kernel kernel = new Kernel(form, precision, stored, size);
            if (kernel.exists()) {
              calls.put(kernel, new Call(program, kernel.label(), kernel.dynamicShared()));
            }
          }
        }
      }
    }
  }

  /**
   * Gives memory in which large products in bfloat16 keep both factors as such: faster, with the
   * same bits. A product whose factors it does not hold goes without, as does one that takes a
   * bfloat16 factor as it is whose rows do not begin at multiples of 16 bytes.
   *
   * @param address a multiple of 16; used from now on in the order of the calls
   */
  public void workspace(long address, long bytes) {
    narrowing.workspace(address, bytes);
  }

  /**
   * Takes Hopper's own kernel for large products in bfloat16, with a workspace, if the device makes
   * the same bits with it.
   *
   * @param hopper kernels of {@code wgmma.cu}
   * @return 0 where it does; else the largest difference of some sums over the largest of them
   */
  public double takeWgmma(Device device, Device.Program hopper) {
    Wgmma offered = new Wgmma(hopper);
    double difference = offered.difference(device, this);
    wgmma = difference == 0 ? offered : null;
    return difference;
  }

  /** Whether large products in bfloat16 are those of {@code wgmma.cu}. */
  public boolean usesWgmma() {
    return wgmma != null;
  }

  /** Memory for factors, apart from that of {@link #workspace}. */
  Narrowing narrowing(long address, long bytes) {
    Narrowing own = new Narrowing(program);
    own.workspace(address, bytes);
    return own;
  }

  /**
   * {@code c = a ∘ b + bias}, or {@code c += a ∘ b} where {@code add}: the chains begin at c.
   *
   * @param b its shape gives n and k; floats where the form is {@link Form#TN}
   * @param bias address of n floats, added last; 0 for none
   * @param c {@code [≥ m, n]}, apart from a and b
   * @param m rows of the result
   */
  public void product(
      Form form,
      Precision precision,
      DeviceMatrix a,
      Weight b,
      long bias,
      DeviceMatrix c,
      int m,
      boolean add) {
    checkArgument(
        form != Form.TN || !b.bf16(),
        "the second factor is bfloat16: %s takes it in nt and nn only",
        precision);
    int n = form == Form.NT ? b.rows() : b.columns();
    int k = form == Form.NT ? b.columns() : b.rows();
    if (m == 0 || n == 0) {
      return;
    }
    check("a", a, form == Form.TN ? k : m, form == Form.TN ? m : k);
    check("c", c, m, n);
    boolean transposed = form == Form.TN;
    Weight left = new Weight(a.address(), transposed ? k : m, transposed ? m : k, a.pitch(), false);
    Weight right = b;
    Size size = size(form, precision, m, n);
    if (size != Size.FEW
        && precision == Precision.BF16
        && Math.min(m, n) >= NARROW_FROM
        && 2 * Size.NARROW.blocks(m, n) >= processors) {
      Wgmma own = wgmma;
      if (own != null && k > 0 && narrowing.holds(form, left, b)) {
        right = narrowing.second(form, left, b, own);
        own.product(narrowing.first(form, left, own), right, k, bias, c, m, n, add);
        return;
      }
      if (narrowing.holds(left, b)) {
        size = Size.NARROW;
        right = narrowing.second(left, b);
        left = narrowing.first(left);
      }
    }
    boolean stored = size != Size.NARROW && b.bf16();
    Call call = Objects.requireNonNull(calls.get(new Kernel(form, precision, stored, size)));
    call.begin().address(left.address()).integer(left.pitch());
    call.address(right.address()).integer(right.pitch());
    call.address(bias).matrix(c).integer(m).integer(n).integer(k).flag(add);
    call.launch(size.blocks(m, n), size.threads(precision));
  }

  private Size size(Form form, Precision precision, int m, int n) {
    if (form == Form.NT && m <= FEW_ROWS && precision != Precision.TF32) {
      return Size.FEW;
    }
    return Size.LARGE.blocks(m, n) < processors ? Size.SMALL : Size.LARGE;
  }
}
