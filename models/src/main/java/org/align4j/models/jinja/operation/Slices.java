package org.align4j.models.jinja.operation;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import org.align4j.models.jinja.error.TemplateException;
import org.align4j.models.jinja.value.Dict;
import org.align4j.models.jinja.value.ListValue;
import org.align4j.models.jinja.value.None;
import org.align4j.models.jinja.value.Numbers;
import org.align4j.models.jinja.value.Range;
import org.align4j.models.jinja.value.Str;
import org.align4j.models.jinja.value.TupleValue;
import org.align4j.models.jinja.value.Undefined;
import org.align4j.models.jinja.value.Value;
import org.jspecify.annotations.Nullable;

/** Indices and slices of sequences. */
public final class Slices {

  private Slices() {}

  /** {@code value[start:stop:step]}. */
  public static Value slice(Value value, Value start, Value stop, Value step) {
    return switch (value) {
      case Undefined undefined -> throw undefined.failure();
      case Str text -> {
        int[] places = places(text.length(), start, stop, step);
        int[] points = text.value().codePoints().toArray();
        StringBuilder out = new StringBuilder(places.length);
        for (int place : places) {
          out.appendCodePoint(points[place]);
        }
        yield text.like(out.toString());
      }
      case ListValue list -> new ListValue(pick(list.items(), start, stop, step));
      case TupleValue tuple -> new TupleValue(pick(tuple.items(), start, stop, step));
      case Range range -> part(range, bounds(range.length(), start, stop, step));
      case Dict dict -> throw TemplateException.type("unhashable type: 'slice'");
      default -> throw TemplateException.type("'%s' object is not subscriptable", value.type());
    };
  }

  private static Range part(Range range, Bounds bounds) {
    BigInteger start = range.start();
    BigInteger step = range.step();
    return new Range(
        start.add(step.multiply(BigInteger.valueOf(bounds.start()))),
        start.add(step.multiply(BigInteger.valueOf(bounds.stop()))),
        step.multiply(BigInteger.valueOf(bounds.step())),
        bounds.count());
  }

  private static List<Value> pick(List<Value> items, Value start, Value stop, Value step) {
    List<Value> picked = new ArrayList<>();
    for (int place : places(items.size(), start, stop, step)) {
      picked.add(items.get(place));
    }
    return picked;
  }

  private static int[] places(int length, Value start, Value stop, Value step) {
    Bounds bounds = bounds(length, start, stop, step);
    int[] places = new int[bounds.count()];
    for (int i = 0; i < places.length; i++) {
      places[i] = (int) (bounds.start() + i * bounds.step());
    }
    return places;
  }

  /**
   * What Python's {@code slice.indices} gives.
   *
   * @param count of indices
   */
  record Bounds(long start, long stop, long step, int count) {}

  static Bounds bounds(int length, Value start, Value stop, Value step) {
    long by = bound(step, 1);
    if (by == 0) {
      throw TemplateException.value("slice step cannot be zero");
    }
    long lowest = by < 0 ? -1 : 0;
    long highest = by < 0 ? length - 1 : length;
    long from = clamp(start, length, by < 0 ? highest : lowest, lowest, highest);
    long to = clamp(stop, length, by < 0 ? lowest : highest, lowest, highest);
    long distance = by < 0 ? from - to : to - from;
    long stride = Math.abs(by);
    return new Bounds(from, to, by, distance <= 0 ? 0 : (int) ((distance - 1) / stride + 1));
  }

  private static long clamp(Value value, int length, long absent, long lowest, long highest) {
    if (value == None.NONE) {
      return absent;
    }
    long bound = bound(value, 0);
    return Math.clamp(bound < 0 ? bound + length : bound, lowest, highest);
  }

  private static long bound(Value value, long absent) {
    if (value == None.NONE) {
      return absent;
    }
    @Nullable BigInteger number = Numbers.integer(value);
    if (number == null) {
      throw TemplateException.type(
          "slice indices must be integers or None or have an __index__ method");
    }
    // far beyond any length, and sums of it do not overflow
    return number.bitLength() > 40 ? number.signum() * (1L << 40) : number.longValue();
  }
}
