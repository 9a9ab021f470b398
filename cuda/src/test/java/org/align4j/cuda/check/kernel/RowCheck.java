package org.align4j.cuda.check.kernel;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import org.align4j.core.runtime.Precision;
import org.align4j.cuda.check.Card;
import org.align4j.cuda.check.Report;
import org.align4j.cuda.kernel.DeviceMatrix;
import org.align4j.cuda.kernel.Form;
import org.align4j.cuda.kernel.Weight;

/** The same rows in batches of different sizes: a token has one log-prob in any company. */
public final class RowCheck {

  private static final int[] BATCHES = {1, 8, 33, 64};

  private RowCheck() {}

  /** Looks. */
  public static void run(Card card, Report report) {
    for (Precision precision : Precision.values()) {
      for (boolean stored : new boolean[] {false, true}) {
        String name = precision.label() + (stored ? ", weight as stored in bf16" : "");
        report.attempt(name, () -> check(card, report, name, precision, stored));
      }
    }
  }

  private static void check(
      Card card, Report report, String name, Precision precision, boolean stored) {
    int most = card.small() ? 520 : 2048;
    int n = card.small() ? 515 : 1536;
    int k = card.small() ? 149 : 576;
    try (DeviceRoom room = new DeviceRoom(card.device())) {
      DeviceMatrix x = room.matrix(Table.random(1, most, k));
      Table table = Table.random(2, n, k);
      Weight weight = ProductCases.weight(room, stored ? Rounding.BF16.of(table) : table, stored);
      DeviceMatrix y = room.matrix(most, n);
      double[] whole = product(card, room, precision, x, weight, y, most);
      StringBuilder text = new StringBuilder();
      boolean same = true;
      for (int m : BATCHES) {
        double[] alone = product(card, room, precision, x, weight, y.rows(0, m), m);
        int equal = KernelCheck.equal(alone, Arrays.copyOf(whole, m * n));
        // The rows in the middle of the batch too, where tiles begin elsewhere.
        int from = most / 2 - m / 2;
        double[] middle =
            product(card, room, precision, x.rows(from, from + m), weight, y.rows(0, m), m);
        equal += KernelCheck.equal(middle, Arrays.copyOfRange(whole, from * n, (from + m) * n));
        same &= equal == 2 * m * n;
        text.append(
            String.format(Locale.ROOT, "%d rows: %d of %d elements; ", m, equal, 2 * m * n));
      }
      report.claim(
          same,
          name,
          text + "as among " + most + " rows, [" + n + "," + k + "]",
          Map.of("most", most));
    }
  }

  private static double[] product(
      Card card,
      DeviceRoom room,
      Precision precision,
      DeviceMatrix x,
      Weight weight,
      DeviceMatrix y,
      int m) {
    card.launchers().products().product(Form.NT, precision, x, weight, 0, y, m, false);
    return room.read(y);
  }
}
