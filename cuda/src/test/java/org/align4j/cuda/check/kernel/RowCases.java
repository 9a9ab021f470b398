package org.align4j.cuda.check.kernel;

import static org.align4j.cuda.check.kernel.HostRoom.join;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.kernel.memory.NativeFloats;
import org.align4j.cuda.kernel.DeviceMatrix;

/** Copies, sums and rotations of rows. */
final class RowCases {

  private static final int ROWS = 37;
  private static final int COLUMNS = 101;
  private static final String SHAPE = "[37,101]";

  private RowCases() {}

  static List<KernelCase> all() {
    return List.of(
        gather(),
        gatherBf16(),
        scatter(),
        sum(),
        copy(),
        add(),
        scale(),
        zero(),
        bias(),
        rope(false),
        rope(true));
  }

  /** Elements of {@code [ROWS, COLUMNS]}. */
  private static double[] each(IntToDoubleFunction value) {
    return IntStream.range(0, ROWS * COLUMNS).mapToDouble(value).toArray();
  }

  private static KernelCase gather() {
    Table x = Table.random(1, 50, COLUMNS);
    int[] ids = Table.indices(2, ROWS, 50);
    return KernelCase.of(
        "gather_rows",
        SHAPE,
        (k, room) -> {
          DeviceMatrix y = room.matrix(ROWS, COLUMNS);
          k.rows().gatherRows(room.matrix(x), room.ints(ids), y, ROWS, COLUMNS);
          return room.read(y);
        },
        (k, room) -> {
          Matrix y = room.matrix(ROWS, COLUMNS);
          k.rows().gatherRows(room.matrix(x), ids, y, 0, ROWS);
          return HostRoom.read(y);
        },
        () -> each(i -> x.at(ids[i / COLUMNS], i % COLUMNS)));
  }

  private static KernelCase gatherBf16() {
    Table x = Rounding.BF16.of(Table.random(1, 50, COLUMNS));
    int[] ids = Table.indices(2, ROWS, 50);
    return KernelCase.of(
        "gather_rows_bf16",
        SHAPE,
        (k, room) -> {
          DeviceMatrix y = room.matrix(ROWS, COLUMNS);
          DeviceMatrix table =
              DeviceMatrix.dense(room.shorts(Rounding.stored(x)), x.rows(), COLUMNS);
          k.rows().gatherRowsBf16(table, room.ints(ids), y, ROWS, COLUMNS);
          return room.read(y);
        },
        (k, room) -> {
          Matrix y = room.matrix(ROWS, COLUMNS);
          k.rows().gatherRows(room.matrix(x), ids, y, 0, ROWS);
          return HostRoom.read(y);
        },
        () -> each(i -> x.at(ids[i / COLUMNS], i % COLUMNS)));
  }

  private static KernelCase scatter() {
    Table x = Table.random(1, ROWS, COLUMNS);
    Table y = Table.random(2, 60, COLUMNS);
    int[] from = IntStream.range(0, ROWS).map(i -> ROWS - 1 - i).toArray();
    int[] to = IntStream.range(0, ROWS).map(i -> (7 * i + 3) % 60).toArray();
    return KernelCase.of(
        "scatter_rows",
        SHAPE,
        (k, room) -> {
          DeviceMatrix target = room.matrix(y);
          k.rows()
              .scatterRows(room.matrix(x), room.ints(from), room.ints(to), target, ROWS, COLUMNS);
          return room.read(target);
        },
        (k, room) -> {
          Matrix target = room.matrix(y);
          Matrix source = room.matrix(ROWS, COLUMNS);
          k.rows().gatherRows(room.matrix(x), from, source, 0, ROWS);
          k.rows().scatterRows(source, to, target, 0, ROWS);
          return HostRoom.read(target);
        },
        () -> {
          double[] all = y.exact();
          for (int i = 0; i < ROWS; i++) {
            for (int c = 0; c < COLUMNS; c++) {
              all[to[i] * COLUMNS + c] = x.at(from[i], c);
            }
          }
          return all;
        });
  }

  private static KernelCase sum() {
    int groups = 6;
    Table x = Table.random(1, ROWS, COLUMNS);
    Table y = Table.random(2, groups, COLUMNS);
    int[] of = Table.indices(3, ROWS, groups);
    int[] members =
        IntStream.range(0, groups)
            .flatMap(g -> IntStream.range(0, ROWS).filter(n -> of[n] == g))
            .toArray();
    int[] starts = new int[groups + 1];
    for (int g = 0; g < groups; g++) {
      int group = g;
      starts[g + 1] = starts[g] + (int) Arrays.stream(of).filter(n -> n == group).count();
    }
    int[] targets = IntStream.range(0, groups).toArray();
    return KernelCase.of(
        "sum_rows",
        SHAPE + " into 6",
        (k, room) -> {
          DeviceMatrix target = room.matrix(y);
          k.rows()
              .sumRows(
                  room.matrix(x),
                  room.ints(starts),
                  room.ints(members),
                  room.ints(targets),
                  target,
                  groups,
                  COLUMNS);
          return room.read(target);
        },
        (k, room) -> {
          Matrix target = room.matrix(y);
          k.rows().scatterAddRows(room.matrix(x), of, ROWS, target, 0, COLUMNS);
          return HostRoom.read(target);
        },
        () -> {
          double[] all = y.exact();
          for (int i = 0; i < ROWS * COLUMNS; i++) {
            all[of[i / COLUMNS] * COLUMNS + i % COLUMNS] += x.values()[i];
          }
          return all;
        });
  }

  private static KernelCase copy() {
    Table x = Table.random(1, ROWS, COLUMNS);
    return KernelCase.of(
        "copy_rows",
        SHAPE,
        (k, room) -> {
          DeviceMatrix y = room.matrix(ROWS, COLUMNS);
          k.rows().copyRows(room.matrix(x), y, ROWS, COLUMNS);
          return room.read(y);
        },
        (k, room) -> {
          Matrix y = room.matrix(ROWS, COLUMNS);
          k.rows().copy(room.matrix(x), y, 0, ROWS);
          return HostRoom.read(y);
        },
        x::exact);
  }

  private static KernelCase add() {
    Table a = Table.random(1, ROWS, COLUMNS);
    Table b = Table.random(2, ROWS, COLUMNS);
    return KernelCase.of(
        "add_rows",
        SHAPE,
        (k, room) -> {
          DeviceMatrix y = room.matrix(a);
          k.rows().addRows(y, room.matrix(b), y, ROWS, COLUMNS);
          return room.read(y);
        },
        (k, room) -> {
          Matrix y = room.matrix(a);
          k.rows().add(y, room.matrix(b), y, 0, ROWS);
          return HostRoom.read(y);
        },
        () -> each(i -> (double) a.values()[i] + b.values()[i]));
  }

  private static KernelCase scale() {
    Table x = Table.random(1, ROWS, COLUMNS);
    return KernelCase.of(
        "scale_rows",
        SHAPE,
        (k, room) -> {
          DeviceMatrix y = room.matrix(x);
          k.rows().scaleRows(y, 1.7f, y, ROWS, COLUMNS);
          return room.read(y);
        },
        (k, room) -> {
          Matrix y = room.matrix(x);
          k.rows().scale(y, 1.7f, y, 0, ROWS);
          return HostRoom.read(y);
        },
        () -> each(i -> x.values()[i] * (double) 1.7f));
  }

  private static KernelCase zero() {
    return KernelCase.of(
        "zero_rows",
        SHAPE,
        (k, room) -> {
          DeviceMatrix y = room.matrix(ROWS, COLUMNS);
          k.rows().zeroRows(y, ROWS, COLUMNS);
          return room.read(y);
        },
        (k, room) -> new double[ROWS * COLUMNS],
        () -> new double[ROWS * COLUMNS]);
  }

  private static KernelCase bias() {
    Table dy = Table.random(1, ROWS, COLUMNS);
    float[] db = Table.normal(2, COLUMNS);
    return KernelCase.of(
        "bias_gradient",
        SHAPE,
        (k, room) -> {
          long target = room.floats(db);
          k.rows().biasGradient(room.matrix(dy), ROWS, target, COLUMNS);
          return room.readFloats(target, COLUMNS);
        },
        (k, room) -> {
          NativeFloats target = room.floats(db);
          k.rows().biasGradient(room.matrix(dy), ROWS, target, 0, COLUMNS);
          return HostRoom.read(target);
        },
        () -> {
          double[] all = Table.widened(db);
          for (int i = 0; i < ROWS * COLUMNS; i++) {
            all[i % COLUMNS] += dy.values()[i];
          }
          return all;
        });
  }

  private static KernelCase rope(boolean inverse) {
    int heads = 3;
    int headDim = 10;
    int half = 3;
    int columns = heads * headDim;
    Table x = Table.random(1, ROWS, columns);
    Table angles = Table.random(2, 20, half);
    Table cos = map(angles, true);
    Table sin = map(angles, false);
    int[] positions = Table.indices(3, ROWS, 20);
    return KernelCase.of(
        "rope",
        "[37,30], " + (inverse ? "back" : "6 of 10 columns of a head"),
        (k, room) -> {
          DeviceMatrix y = room.matrix(x);
          long c = room.floats(cos.values());
          long s = room.floats(sin.values());
          k.rows().rope(y, ROWS, columns, headDim, half, c, s, room.ints(positions), inverse);
          return room.read(y);
        },
        (k, room) -> {
          Matrix y = room.matrix(x);
          k.rows()
              .rope(y, headDim, room.matrix(cos), room.matrix(sin), positions, inverse, 0, ROWS);
          return HostRoom.read(y);
        },
        () -> {
          double[] y = x.exact();
          for (int i = 0; i < ROWS * heads * half; i++) {
            int n = i / (heads * half);
            int j = i % half;
            int at = n * columns + i / half % heads * headDim + j;
            double c = cos.at(positions[n], j);
            double s = (inverse ? -1 : 1) * sin.at(positions[n], j);
            double a = y[at];
            double b = y[at + half];
            y[at] = a * c - b * s;
            y[at + half] = b * c + a * s;
          }
          return join(y);
        });
  }

  private static Table map(Table angles, boolean cosine) {
    float[] values = new float[angles.values().length];
    for (int i = 0; i < values.length; i++) {
      float angle = angles.values()[i];
      values[i] = (float) (cosine ? StrictMath.cos(angle) : StrictMath.sin(angle));
    }
    return new Table(values, angles.rows(), angles.columns());
  }
}
