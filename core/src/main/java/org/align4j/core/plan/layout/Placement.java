package org.align4j.core.plan.layout;

import static java.util.Comparator.comparingInt;
import static java.util.Comparator.comparingLong;

import java.util.ArrayList;
import java.util.List;

/**
 * Places storages so that those needed at the same time do not overlap: largest first, lowest gap.
 */
final class Placement {

  private Placement() {}

  static void place(List<Storage> storages) {
    List<Storage> order = new ArrayList<>(storages);
    order.sort(comparingInt((Storage s) -> -s.columns()).thenComparingInt(Storage::start));
    List<Storage> placed = new ArrayList<>();
    for (Storage storage : order) {
      long at = 0;
      for (Storage other : placed) {
        if (other.offset() < at + storage.columns()
            && other.offset() + other.columns() > at
            && other.meets(storage)) {
          at = other.offset() + other.columns();
        }
      }
      storage.place(at);
      placed.add(storage);
      placed.sort(comparingLong(Storage::offset));
    }
  }
}
