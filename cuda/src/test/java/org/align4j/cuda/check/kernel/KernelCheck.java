package org.align4j.cuda.check.kernel;

import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.align4j.core.kernel.Kernels;
import org.align4j.core.kernel.scalar.ScalarKernels;
import org.align4j.cuda.check.Card;
import org.align4j.cuda.check.GpuCheck;
import org.align4j.cuda.check.Report;
import org.align4j.cuda.check.Verdict;

/**
 * Every kernel against double, against the CPU's bits, and as the driver compiles it against its
 * machine code.
 */
public final class KernelCheck {

  /** Digests of what the scalar kernels made of each case where the check was packed. */
  public static final String DIGESTS = "scalar.digests";

  private final Card card;
  private final Report report;
  private final Kernels scalar = new ScalarKernels();
  private final Map<String, String> stored = new LinkedHashMap<>();
  private int unlike;

  private KernelCheck(Card card, Report report) {
    this.card = card;
    this.report = report;
  }

  /** Looks. */
  public static void run(Card card, Report report) throws IOException {
    new KernelCheck(card, report).run();
  }

  /** A digest of what core's scalar kernels make of each case, by its name. */
  public static Map<String, String> digests() {
    Kernels scalar = new ScalarKernels();
    Map<String, String> digests = new LinkedHashMap<>();
    for (KernelCase each : KernelCases.all()) {
      digests.put(each.name(), digest(scalar(each, scalar)));
    }
    return digests;
  }

  private static double[] scalar(KernelCase each, Kernels scalar) {
    try (HostRoom room = new HostRoom()) {
      return each.scalar().run(scalar, room);
    }
  }

  private static String digest(double[] values) {
    Hasher hasher = Hashing.sha256().newHasher();
    for (double value : values) {
      hasher.putLong(Double.doubleToRawLongBits(value));
    }
    return hasher.hash().toString().substring(0, 32);
  }

  private void run() throws IOException {
    Path file = GpuCheck.carried(DIGESTS).orElse(null);
    if (file != null) {
      for (String line : Files.readAllLines(file)) {
        int space = line.indexOf(' ');
        stored.put(line.substring(space + 1), line.substring(0, space));
      }
    }
    Launchers machineCode = card.launchers();
    Launchers compiled = card.load(Launchers.TEXT);
    for (KernelCase each : KernelCases.all()) {
      report.attempt(each.name(), () -> check(each, machineCode, compiled));
    }
    if (stored.isEmpty()) {
      report.row(Verdict.SKIPPED, "stored bits", "this folder carries no " + DIGESTS, Map.of());
    } else {
      report.claim(
          unlike == 0,
          "stored bits",
          unlike == 0
              ? "the CPU here has the bits that were stored, in all cases"
              : "the CPU here has other bits than were stored, in " + unlike + " cases",
          Map.of("cases", stored.size(), "unlike", unlike));
    }
  }

  private double[] launch(KernelCase each, Launchers kernels) {
    try (DeviceRoom room = new DeviceRoom(card.device())) {
      return each.launch().run(kernels, room);
    }
  }

  private void check(KernelCase each, Launchers machineCode, Launchers compiled) {
    double[] there = launch(each, machineCode);
    double[] onceMore = launch(each, compiled);
    double[] here = scalar(each, scalar);
    String digest = stored.get(each.name());
    if (digest != null && !digest.equals(digest(here))) {
      unlike++;
    }
    double error = error(there, each.exact().get());
    int same = equal(there, here);
    int both = equal(there, onceMore);
    boolean holds =
        error <= each.error() && both == there.length && (!each.bits() || same == there.length);
    report.claim(
        holds,
        each.name(),
        String.format(
            Locale.ROOT,
            "error %.1e (at most %.0e); %d of %d have the CPU's bits%s; compiled by the driver: %s",
            error,
            each.error(),
            same,
            there.length,
            each.bits() ? "" : " (not promised)",
            both == there.length ? "the same" : both + " have the same"),
        Map.of("error", error, "elements", there.length, "cpu", same, "compiled", both));
  }

  /** Root of {@code Σ(y − exact)² / Σ exact²}; infinite where a number is not finite. */
  static double error(double[] values, double[] exact) {
    if (values.length != exact.length) {
      throw new IllegalStateException(values.length + " numbers, not " + exact.length);
    }
    double off = 0;
    double all = 0;
    for (int i = 0; i < values.length; i++) {
      off += (values[i] - exact[i]) * (values[i] - exact[i]);
      all += exact[i] * exact[i];
    }
    double error = off == 0 ? 0 : Math.sqrt(off / all);
    return Double.isFinite(error) ? error : Double.POSITIVE_INFINITY;
  }

  /** How many have the same bits. */
  static int equal(double[] a, double[] b) {
    int same = 0;
    for (int i = 0; i < a.length; i++) {
      same += Double.doubleToRawLongBits(a[i]) == Double.doubleToRawLongBits(b[i]) ? 1 : 0;
    }
    return same;
  }
}
