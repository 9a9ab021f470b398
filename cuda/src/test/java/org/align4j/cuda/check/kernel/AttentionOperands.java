package org.align4j.cuda.check.kernel;

import org.align4j.core.batch.SequenceLayout;
import org.align4j.core.kernel.AttentionKernels;
import org.align4j.core.kernel.AttentionTiles;
import org.align4j.core.kernel.Kernels;
import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.ops.Heads;

/** Queries, keys and values of sequences that have beginnings in common. */
final class AttentionOperands {

  /** A prompt of more than a block with three samples, and a sequence by itself. */
  private static final int[] LENGTHS = {75, 40, 1, 30, 33};

  private static final int[] PREFIX = {-1, 0, 0, 0, -1};

  final Heads heads;
  final SequenceLayout layout;
  final AttentionTiles tiles;
  final int tokens;
  final Table q;
  final Table k;
  final Table v;
  final Table dOut;

  AttentionOperands(Heads heads) {
    this.heads = heads;
    int[] offsets = new int[LENGTHS.length + 1];
    for (int s = 0; s < LENGTHS.length; s++) {
      offsets[s + 1] = offsets[s] + LENGTHS[s];
    }
    layout = new SequenceLayout(offsets, PREFIX);
    tiles = new AttentionTiles(heads);
    tiles.set(layout);
    tokens = layout.tokens();
    q = Table.random(1, tokens, columns());
    k = Table.random(2, tokens, keyColumns());
    v = Table.random(3, tokens, keyColumns());
    dOut = Table.random(4, tokens, columns());
  }

  int columns() {
    return heads.query() * heads.headDim();
  }

  int keyColumns() {
    return heads.key() * heads.headDim();
  }

  /** Forward on the CPU. */
  AttentionKernels.Operands forward(Kernels kernels, HostRoom room) {
    Matrix out = room.matrix(tokens, columns());
    var operands =
        new AttentionKernels.Operands(
            room.matrix(q),
            room.matrix(k),
            room.matrix(v),
            tiles,
            out,
            room.matrix(tokens, heads.query()));
    kernels.attention().attention(operands, 0, tiles.tiles(), room.scratch());
    return operands;
  }

  /** Rows of the keys that a segment's last token attends to, by position. */
  int[] chain(int segment) {
    int[] rows = new int[layout.end(segment)];
    for (int s = segment; s >= 0; s = layout.prefix()[s]) {
      for (int i = 0; i < layout.length(s); i++) {
        rows[layout.start(s) + i] = layout.offsets()[s] + i;
      }
    }
    return rows;
  }

  /** In double. */
  static final class Exact {
    final double[] out;
    final double[] lse;
    final double[] dq;
    final double[] dk;
    final double[] dv;

    Exact(AttentionOperands o) {
      out = new double[o.q.values().length];
      lse = new double[o.tokens * o.heads.query()];
      dq = new double[o.q.values().length];
      dk = new double[o.k.values().length];
      dv = new double[o.v.values().length];
      for (int s = 0; s < o.layout.segments(); s++) {
        int[] chain = o.chain(s);
        for (int at = o.layout.start(s); at < chain.length; at++) {
          for (int h = 0; h < o.heads.query(); h++) {
            row(o, chain, at, h);
          }
        }
      }
    }

    private void row(AttentionOperands o, int[] chain, int at, int h) {
      int d = o.heads.headDim();
      int query = chain[at] * o.columns() + h * d;
      int keyHead = h / (o.heads.query() / o.heads.key()) * d;
      int first = o.heads.firstKey(at);
      double scale = 1 / Math.sqrt(d);
      double[] p = new double[at + 1];
      double sum = 0;
      for (int j = first; j <= at; j++) {
        int key = chain[j] * o.keyColumns() + keyHead;
        p[j] = Math.exp(scale * dot(o.q, query, o.k, key, d));
        sum += p[j];
      }
      lse[chain[at] * o.heads.query() + h] = Math.log(sum);
      double mean = 0;
      double[] slope = new double[at + 1];
      for (int j = first; j <= at; j++) {
        int key = chain[j] * o.keyColumns() + keyHead;
        p[j] /= sum;
        slope[j] = dot(o.dOut, query, o.v, key, d);
        mean += p[j] * slope[j];
        for (int e = 0; e < d; e++) {
          out[query + e] += p[j] * o.v.values()[key + e];
          dv[key + e] += p[j] * o.dOut.values()[query + e];
        }
      }
      for (int j = first; j <= at; j++) {
        int key = chain[j] * o.keyColumns() + keyHead;
        double g = scale * p[j] * (slope[j] - mean);
        for (int e = 0; e < d; e++) {
          dq[query + e] += g * o.k.values()[key + e];
          dk[key + e] += g * o.q.values()[query + e];
        }
      }
    }

    private static double dot(Table a, int from, Table b, int other, int count) {
      double sum = 0;
      for (int e = 0; e < count; e++) {
        sum += (double) a.values()[from + e] * b.values()[other + e];
      }
      return sum;
    }
  }
}
