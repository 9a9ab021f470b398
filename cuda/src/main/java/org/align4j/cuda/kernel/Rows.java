package org.align4j.cuda.kernel;

import static com.google.common.base.Preconditions.checkArgument;
import static org.align4j.cuda.kernel.Elements.check;
import static org.align4j.cuda.kernel.Elements.checkColumns;

import org.align4j.cuda.driver.Device;

/**
 * Copies, sums and rotations of rows: {@code rows.cu}, the bits of core's {@code RowKernels}.
 * Indices, starts and positions are ints in device memory.
 */
public final class Rows {

  private static final int THREADS = 256;

  private final Call gather;
  private final Call gatherBf16;
  private final Call scatter;
  private final Call sum;
  private final Call copy;
  private final Call add;
  private final Call scale;
  private final Call zero;
  private final Call biasGradient;
  private final Call rope;

  /** The kernels of a loaded program. */
  public Rows(Device.Program program) {
    gather = new Call(program, "gather_rows");
    gatherBf16 = new Call(program, "gather_rows_bf16");
    scatter = new Call(program, "scatter_rows");
    sum = new Call(program, "sum_rows");
    copy = new Call(program, "copy_rows");
    add = new Call(program, "add_rows");
    scale = new Call(program, "scale_rows");
    zero = new Call(program, "zero_rows");
    biasGradient = new Call(program, "bias_gradient");
    rope = new Call(program, "rope");
  }

  /** {@code y[n] = x[indices[n]]}, {@code indices [rows]}. */
  public void gatherRows(DeviceMatrix x, long indices, DeviceMatrix y, int rows, int columns) {
    checkColumns("x", x, columns);
    check("y", y, rows, columns);
    gather.begin().matrix(x).address(indices).matrix(y).integer(rows).integer(columns);
    Elements.launch(gather, rows, columns);
  }

  /**
   * The same from a table of bfloat16, widened.
   *
   * @param x its pitch is in bfloat16
   */
  public void gatherRowsBf16(DeviceMatrix x, long indices, DeviceMatrix y, int rows, int columns) {
    checkColumns("x", x, columns);
    check("y", y, rows, columns);
    gatherBf16.begin().matrix(x).address(indices).matrix(y).integer(rows).integer(columns);
    Elements.launch(gatherBf16, rows, columns);
  }

  /** {@code y[toRows[i]] = x[fromRows[i]]}; the targets are distinct and y is not x. */
  public void scatterRows(
      DeviceMatrix x, long fromRows, long toRows, DeviceMatrix y, int count, int columns) {
    checkColumns("x", x, columns);
    checkColumns("y", y, columns);
    scatter.begin().matrix(x).address(fromRows).address(toRows).matrix(y).integer(count);
    scatter.integer(columns);
    Elements.launch(scatter, count, columns);
  }

  /**
   * {@code y[targets[g]] += Σ x[members[i]]} for i in {@code [starts[g], starts[g+1])}, in order;
   * the targets are distinct. The bits of {@code scatterAddRows} where members are sorted by target
   * and, for each, by row.
   */
  public void sumRows(
      DeviceMatrix x,
      long starts,
      long members,
      long targets,
      DeviceMatrix y,
      int groups,
      int columns) {
    checkColumns("x", x, columns);
    checkColumns("y", y, columns);
    sum.begin().matrix(x).address(starts).address(members).address(targets).matrix(y);
    sum.integer(groups).integer(columns);
    Elements.launch(sum, groups, columns);
  }

  /** {@code y = x}. */
  public void copyRows(DeviceMatrix x, DeviceMatrix y, int rows, int columns) {
    check("x", x, rows, columns);
    check("y", y, rows, columns);
    copy.begin().matrix(x).matrix(y).integer(rows).integer(columns);
    Elements.launch(copy, rows, columns);
  }

  /** {@code y = a + b}; y may be a or b. */
  public void addRows(DeviceMatrix a, DeviceMatrix b, DeviceMatrix y, int rows, int columns) {
    check("a", a, rows, columns);
    check("b", b, rows, columns);
    check("y", y, rows, columns);
    add.begin().matrix(a).matrix(b).matrix(y).integer(rows).integer(columns);
    Elements.launch(add, rows, columns);
  }

  /** {@code y = factor · x}; y may be x. */
  public void scaleRows(DeviceMatrix x, float factor, DeviceMatrix y, int rows, int columns) {
    check("x", x, rows, columns);
    check("y", y, rows, columns);
    scale.begin().matrix(x).real(factor).matrix(y).integer(rows).integer(columns);
    Elements.launch(scale, rows, columns);
  }

  /** {@code y = 0}. */
  public void zeroRows(DeviceMatrix y, int rows, int columns) {
    check("y", y, rows, columns);
    zero.begin().matrix(y).integer(rows).integer(columns);
    Elements.launch(zero, rows, columns);
  }

  /** {@code db[c] += Σ_n dy[n,c]}, rows in order. */
  public void biasGradient(DeviceMatrix dy, int rows, long db, int columns) {
    check("dy", dy, rows, columns);
    biasGradient.begin().matrix(dy).integer(rows).address(db).integer(columns);
    biasGradient.launch((columns + 31) / 32, THREADS);
  }

  /**
   * Rotates the first {@code 2·half} columns of each head of each row in place, split-half form;
   * {@code inverse} rotates back.
   *
   * @param cos {@code [positions, half]}, dense, as sin
   * @param positions of each row, ints
   */
  public void rope(
      DeviceMatrix x,
      int rows,
      int columns,
      int headDim,
      int half,
      long cos,
      long sin,
      long positions,
      boolean inverse) {
    check("x", x, rows, columns);
    checkArgument(
        half > 0 && 2 * half <= headDim && columns % headDim == 0,
        "%s columns in heads of %s, of which %s turn: whole heads, and no more than there are",
        columns,
        headDim,
        2L * half);
    rope.begin().matrix(x).integer(rows).integer(columns).integer(headDim).integer(half);
    rope.address(cos).address(sin).address(positions).flag(inverse);
    int pairs = columns / headDim * half;
    rope.launch(rows, (pairs + THREADS - 1) / THREADS, THREADS);
  }
}
