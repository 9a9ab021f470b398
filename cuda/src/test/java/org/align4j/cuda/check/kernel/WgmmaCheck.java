package org.align4j.cuda.check.kernel;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import org.align4j.core.runtime.Precision;
import org.align4j.cuda.check.Card;
import org.align4j.cuda.check.Report;
import org.align4j.cuda.check.Verdict;
import org.align4j.cuda.driver.Device;
import org.align4j.cuda.kernel.CudaKernels;
import org.align4j.cuda.kernel.DeviceMatrix;
import org.align4j.cuda.kernel.Form;
import org.align4j.cuda.kernel.Products;
import org.align4j.cuda.kernel.Weight;

/** Whether Hopper's own products have the bits of the others, and their speed. */
public final class WgmmaCheck {

  /** Differences of sums, over the largest, that another order of additions can make. */
  private static final double ROUNDING = 1e-5;

  /** Ragged, and deeper than the ring of tiles. */
  private static final int[] EDGES = {515, 517, 325};

  private WgmmaCheck() {}

  /** Looks. */
  public static void run(Card card, Report report) {
    if (!CudaKernels.isHopper(card.properties())) {
      report.row(Verdict.SKIPPED, "wgmma", "compute capability 9.0 alone has it", Map.of());
      return;
    }
    report.attempt("wgmma", () -> compare(card, report));
  }

  private static void compare(Card card, Report report) {
    Device.Program hopper = card.device().load(Launchers.image(CudaKernels.HOPPER));
    Products products = card.launchers().largeProducts();
    double difference = products.takeWgmma(card.device(), hopper);
    // NaN is no rounding either.
    boolean right = difference < ROUNDING;
    report.claim(
        right,
        "wgmma and mma.sync",
        difference == 0
            ? "the same bits"
            : String.format(
                Locale.ROOT,
                "sums differ by %.1e of the largest: %s",
                difference,
                right
                    ? "another order of additions, so the engine does not take wgmma"
                    : "an error of the kernel"),
        Map.of("difference", Double.isNaN(difference) ? -1 : difference));
    if (difference != 0) {
      return;
    }
    Products others = card.load(Launchers.machineCode(card.properties())).largeProducts();
    int[] whole = card.small() ? new int[] {512, 512, 128} : new int[] {4096, 4096, 4096};
    boolean same = true;
    for (Form form : Form.values()) {
      for (int[] s : new int[][] {EDGES, whole}) {
        same &= beside(card, report, products, others, form, s, /* stored= */ false);
      }
      if (form != Form.TN) {
        same &= beside(card, report, products, others, form, EDGES, /* stored= */ true);
      }
    }
    report.figure(
        "-D" + CudaKernels.WGMMA + "=true",
        same ? "can be the default on this card" : "not on this card",
        Map.of());
  }

  private static boolean beside(
      Card card,
      Report report,
      Products wgmma,
      Products others,
      Form form,
      int[] s,
      boolean stored) {
    int m = s[0];
    int n = s[1];
    int k = s[2];
    String name = "wgmma " + form + " " + m + "x" + n + "x" + k + (stored ? ", stored weight" : "");
    try (DeviceRoom room = new DeviceRoom(card.device())) {
      DeviceMatrix a =
          room.aligned(form == Form.TN ? Table.random(1, k, m) : Table.random(1, m, k));
      Table second = form == Form.NT ? Table.random(2, n, k) : Table.random(2, k, n);
      Weight b = stored ? room.stored(second) : Weight.of(room.aligned(second));
      DeviceMatrix expected = room.matrix(m, n);
      DeviceMatrix actual = room.matrix(m, n);
      others.product(form, Precision.BF16, a, b, 0, expected, m, false);
      wgmma.product(form, Precision.BF16, a, b, 0, actual, m, false);
      boolean same = Arrays.equals(room.read(expected), room.read(actual));
      report.claim(same, name, same ? "the same bits" : "other bits", Map.of());
      if (s != EDGES) {
        speed(card, report, name, 2.0 * m * n * k, wgmma, others, form, a, b, actual);
      }
      return same;
    }
  }

  private static void speed(
      Card card,
      Report report,
      String name,
      double operations,
      Products wgmma,
      Products others,
      Form form,
      DeviceMatrix a,
      Weight b,
      DeviceMatrix c) {
    int m = c.rows();
    double old = card.seconds(() -> others.product(form, Precision.BF16, a, b, 0, c, m, false));
    double now = card.seconds(() -> wgmma.product(form, Precision.BF16, a, b, 0, c, m, false));
    report.figure(
        name + ", speed",
        String.format(
            Locale.ROOT,
            "%.1f TFLOP/s, %.0f %% of the peak; mma.sync %.1f",
            operations / now / 1e12,
            100 * operations / now / card.peak(Precision.BF16),
            operations / old / 1e12),
        Map.of("seconds", now, "mma", old));
  }
}
