package org.align4j.cuda.check.kernel;

import static org.align4j.cuda.check.kernel.HostRoom.join;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.align4j.core.kernel.AttentionKernels;
import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.ops.Heads;
import org.align4j.cuda.kernel.Attention;
import org.align4j.cuda.kernel.DeviceMatrix;

/** Attention, its step and its gradient. */
final class AttentionCases {

  /** Sums of up to some hundred keys within sums of up to 256 columns. */
  private static final double ERROR = 2e-6;

  /** Cache rows between the beginnings of sequences. */
  private static final int APART = 96;

  private AttentionCases() {}

  static List<KernelCase> all() {
    List<KernelCase> all = new ArrayList<>();
    for (Heads heads :
        List.of(
            new Heads(9, 3, 64),
            new Heads(8, 1, 128),
            new Heads(2, 2, 256),
            new Heads(4, 2, 24, 20))) {
      AttentionOperands o = new AttentionOperands(heads);
      all.add(forward(o));
      all.add(step(o));
      all.add(gradient(o));
    }
    return all;
  }

  private static String shape(AttentionOperands o) {
    Heads heads = o.heads;
    return o.tokens
        + " tokens, heads "
        + heads.query()
        + "/"
        + heads.key()
        + "x"
        + heads.headDim()
        + (heads.window() == 0 ? "" : ", window " + heads.window());
  }

  private static KernelCase of(
      String kernel,
      AttentionOperands o,
      KernelCase.Launch launch,
      KernelCase.Scalar scalar,
      Supplier<double[]> exact) {
    return new KernelCase(kernel, shape(o), ERROR, true, launch, scalar, exact);
  }

  private static KernelCase forward(AttentionOperands o) {
    return of(
        "attention",
        o,
        (k, room) -> {
          try (Attention.Batch batch = new Attention.Batch(room.device())) {
            batch.set(o.tiles);
            DeviceMatrix out = room.aligned(o.tokens, o.columns());
            DeviceMatrix lse = room.matrix(o.tokens, o.heads.query());
            k.attention()
                .attention(
                    room.aligned(o.q), room.aligned(o.k), room.aligned(o.v), batch, out, lse);
            return join(room.read(out), room.read(lse));
          }
        },
        (k, room) -> {
          AttentionKernels.Operands operands = o.forward(k, room);
          return join(HostRoom.read(operands.out()), HostRoom.read(operands.savedLogSumExp()));
        },
        () -> {
          AttentionOperands.Exact exact = new AttentionOperands.Exact(o);
          return join(exact.out, exact.lse);
        });
  }

  /** The last token of each segment, against a cache of keys and values. */
  private static KernelCase step(AttentionOperands o) {
    int segments = o.layout.segments();
    int[] last = new int[segments];
    for (int s = 0; s < segments; s++) {
      last[s] = o.layout.offsets()[s + 1] - 1;
    }
    return of(
        "attention_step",
        o,
        (k, room) -> step(o, last, k, room),
        (k, room) -> pick(o, last, HostRoom.read(o.forward(k, room).out())),
        () -> pick(o, last, new AttentionOperands.Exact(o).out));
  }

  private static double[] pick(AttentionOperands o, int[] rows, double[] out) {
    double[] picked = new double[rows.length * o.columns()];
    for (int s = 0; s < rows.length; s++) {
      System.arraycopy(out, rows[s] * o.columns(), picked, s * o.columns(), o.columns());
    }
    return picked;
  }

  private static double[] step(
      AttentionOperands o, int[] last, Launchers kernels, DeviceRoom room) {
    int segments = last.length;
    int[] cacheRow = new int[o.tokens];
    int[] positions = new int[segments];
    int[] prefixRow = new int[segments];
    int[] prefixLength = new int[segments];
    int[] ownRow = new int[segments];
    for (int s = 0; s < segments; s++) {
      int before = o.layout.prefix()[s];
      positions[s] = o.layout.end(s) - 1;
      prefixLength[s] = o.layout.start(s);
      prefixRow[s] = before < 0 ? s * APART : before * APART;
      // A row's place in its block of keys is its position's.
      ownRow[s] = s * APART + o.layout.start(s) % AttentionKernels.KEY_BLOCK;
      for (int i = 0; i < o.layout.length(s); i++) {
        cacheRow[o.layout.offsets()[s] + i] = ownRow[s] + i;
      }
    }
    DeviceMatrix out = room.aligned(segments, o.columns());
    float[] queries = new float[segments * o.columns()];
    for (int s = 0; s < segments; s++) {
      System.arraycopy(o.q.values(), last[s] * o.columns(), queries, s * o.columns(), o.columns());
    }
    kernels
        .attention()
        .attentionStep(
            room.aligned(new Table(queries, segments, o.columns())),
            room.floats(cache(o, cacheRow, o.k, segments * APART)),
            room.floats(cache(o, cacheRow, o.v, segments * APART)),
            room.ints(positions),
            room.ints(prefixRow),
            room.ints(prefixLength),
            room.ints(ownRow),
            out,
            segments,
            o.heads);
    return room.read(out);
  }

  private static float[] cache(AttentionOperands o, int[] cacheRow, Table x, int rows) {
    int columns = o.keyColumns();
    float[] cache = new float[rows * columns];
    Arrays.fill(cache, Float.NaN);
    for (int n = 0; n < o.tokens; n++) {
      System.arraycopy(x.values(), n * columns, cache, cacheRow[n] * columns, columns);
    }
    return cache;
  }

  private static KernelCase gradient(AttentionOperands o) {
    return of(
        "attention_delta, attention_query_gradient, attention_key_gradient",
        o,
        (k, room) -> gradient(o, k, room),
        (k, room) -> {
          int parts = Math.max(1, o.tiles.partRows());
          Matrix dq = room.matrix(o.tokens, o.columns());
          Matrix dk = room.matrix(o.tokens, o.keyColumns());
          Matrix dv = room.matrix(o.tokens, o.keyColumns());
          Matrix dkParts = room.matrix(parts, o.keyColumns());
          Matrix dvParts = room.matrix(parts, o.keyColumns());
          k.attention()
              .attentionGradient(
                  new AttentionKernels.Gradient(
                      o.forward(k, room), room.matrix(o.dOut), dq, dk, dv, dkParts, dvParts),
                  0,
                  o.tiles.gradientTiles(),
                  room.scratch());
          int[] targets = o.tiles.partTargets();
          int rows = o.tiles.partRows();
          k.rows().scatterAddRows(dkParts, targets, rows, dk, 0, o.keyColumns());
          k.rows().scatterAddRows(dvParts, targets, rows, dv, 0, o.keyColumns());
          return join(HostRoom.read(dq), HostRoom.read(dk), HostRoom.read(dv));
        },
        () -> {
          AttentionOperands.Exact exact = new AttentionOperands.Exact(o);
          return join(exact.dq, exact.dk, exact.dv);
        });
  }

  private static double[] gradient(AttentionOperands o, Launchers kernels, DeviceRoom room) {
    try (Attention.Batch batch = new Attention.Batch(room.device())) {
      batch.set(o.tiles);
      DeviceMatrix q = room.aligned(o.q);
      DeviceMatrix k = room.aligned(o.k);
      DeviceMatrix v = room.aligned(o.v);
      DeviceMatrix out = room.aligned(o.tokens, o.columns());
      DeviceMatrix lse = room.matrix(o.tokens, o.heads.query());
      kernels.attention().attention(q, k, v, batch, out, lse);
      DeviceMatrix dq = room.aligned(o.tokens, o.columns());
      DeviceMatrix dk = room.aligned(o.tokens, o.keyColumns());
      DeviceMatrix dv = room.aligned(o.tokens, o.keyColumns());
      int parts = Math.max(1, batch.partRows());
      kernels
          .attention()
          .attentionGradient(
              new Attention.Gradient(
                  q,
                  k,
                  v,
                  out,
                  lse,
                  room.aligned(o.dOut),
                  room.matrix(o.tokens, o.heads.query()),
                  dq,
                  dk,
                  dv,
                  room.aligned(parts, o.keyColumns()),
                  room.aligned(parts, o.keyColumns())),
              batch,
              o.tokens);
      return join(room.read(dq), room.read(dk), room.read(dv));
    }
  }
}
