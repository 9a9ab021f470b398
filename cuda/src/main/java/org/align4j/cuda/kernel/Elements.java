package org.align4j.cuda.kernel;

import static com.google.common.base.Preconditions.checkArgument;

/** Grids of the kernels that go over the elements of a matrix: {@code Elements} of common.cuh. */
final class Elements {

  private static final int THREADS = 256;

  private Elements() {}

  /** Launches a call for {@code [rows, columns]}, four elements a thread. */
  static void launch(Call call, int rows, int columns) {
    int width = 1;
    while (width < THREADS && 4 * width < columns) {
      width *= 2;
    }
    int high = THREADS / width;
    call.launch((rows + high - 1L) / high, (columns + 4 * width - 1) / (4 * width), THREADS);
  }

  /** Checks that a matrix holds what is asked for. */
  static void check(String name, DeviceMatrix x, int rows, int columns) {
    checkArgument(
        rows >= 0 && columns > 0 && rows <= x.rows() && columns <= x.columns(),
        "%s is [%s, %s]: it does not hold [%s, %s]",
        name,
        x.rows(),
        x.columns(),
        rows,
        columns);
  }

  /** Checks the columns of a matrix whose rows are chosen by indices. */
  static void checkColumns(String name, DeviceMatrix x, int columns) {
    check(name, x, 0, columns);
  }
}
