package org.align4j.cuda.check.kernel;

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
    report.figure(
        "wgmma and mma.sync",
        difference == 0
            ? "the same bits: -D" + CudaKernels.WGMMA + "=true can be the default"
            : String.format(
                Locale.ROOT,
                "sums differ by %.1e of the largest: around 1e-7 is another order of additions,"
                    + " more is an error of the kernel",
                difference),
        Map.of("difference", difference));
    if (difference == 0) {
      Products others = card.load(Launchers.machineCode(card.properties())).largeProducts();
      for (Form form : Form.values()) {
        beside(card, report, products, others, form);
      }
    }
  }

  private static void beside(Card card, Report report, Products wgmma, Products others, Form form) {
    int size = card.small() ? 512 : 4096;
    int depth = card.small() ? 128 : 4096;
    try (DeviceRoom room = new DeviceRoom(card.device())) {
      DeviceMatrix a =
          room.matrix(
              form == Form.TN ? Table.random(1, depth, size) : Table.random(1, size, depth));
      Weight b =
          Weight.of(
              room.matrix(
                  form == Form.NT ? Table.random(2, size, depth) : Table.random(2, depth, size)));
      DeviceMatrix expected = room.matrix(size, size);
      DeviceMatrix actual = room.matrix(size, size);
      others.product(form, Precision.BF16, a, b, 0, expected, size, false);
      wgmma.product(form, Precision.BF16, a, b, 0, actual, size, false);
      double[] one = room.read(expected);
      double[] two = room.read(actual);
      int same = 0;
      for (int i = 0; i < one.length; i++) {
        same += one[i] == two[i] ? 1 : 0;
      }
      String name = "wgmma " + form + " " + size + "x" + size + "x" + depth;
      report.claim(
          same == one.length,
          name,
          String.format(Locale.ROOT, "%d of %d sums are the same", same, one.length),
          Map.of("same", same, "sums", one.length));
      double operations = 2.0 * size * size * depth;
      double old =
          card.seconds(() -> others.product(form, Precision.BF16, a, b, 0, expected, size, false));
      double now =
          card.seconds(() -> wgmma.product(form, Precision.BF16, a, b, 0, actual, size, false));
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
}
