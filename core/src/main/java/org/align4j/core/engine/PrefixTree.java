package org.align4j.core.engine;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableIntArray;
import com.google.common.primitives.Ints;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Sequences of tokens as a packed layout in which what several begin with is there once. A sequence
 * that is the beginning of another, or the same, adds no tokens.
 */
public final class PrefixTree {

  private final ImmutableList<int[]> sequences;

  /** Sequences in lexicographic order: each has most in common with the one before it. */
  private final int[] order;

  /** What each sequence of the order has in common with the one before it. */
  private final int[] shared;

  private final int[][] rows;
  private final ImmutableIntArray.Builder tokens = ImmutableIntArray.builder();
  private final ImmutableIntArray.Builder offsets = ImmutableIntArray.builder();
  private final ImmutableIntArray.Builder prefix = ImmutableIntArray.builder();
  private int tokenCount;
  private int segmentCount;

  /** The tree of some sequences, none of which is empty. */
  public PrefixTree(List<int[]> sequences) {
    this.sequences = ImmutableList.copyOf(sequences);
    this.order =
        IntStream.range(0, sequences.size())
            .boxed()
            .sorted(Comparator.comparing(this.sequences::get, Ints.lexicographicalComparator()))
            .mapToInt(Integer::intValue)
            .toArray();
    this.shared = new int[order.length];
    this.rows = new int[order.length][];
    for (int i = 0; i < order.length; i++) {
      rows[order[i]] = new int[sequence(i).length];
      shared[i] = i == 0 ? 0 : shared(sequence(i - 1), sequence(i));
    }
    grow(0, order.length, 0, -1);
    offsets.add(tokenCount);
  }

  /** How many tokens two sequences have in common at the beginning. */
  public static int shared(int[] a, int[] b) {
    int mismatch = Arrays.mismatch(a, b);
    return mismatch < 0 ? a.length : mismatch;
  }

  private int[] sequence(int i) {
    return sequences.get(order[i]);
  }

  /** Adds segments for what sequences that are alike up to {@code depth} go on with. */
  private void grow(int from, int to, int depth, int parent) {
    for (int i = from, next; i < to; i = next) {
      next = i + 1;
      int common = sequence(i).length;
      if (common == depth) {
        continue;
      }
      while (next < to && shared[next] > depth) {
        common = Math.min(common, shared[next++]);
      }
      int segment = segmentCount++;
      offsets.add(tokenCount);
      prefix.add(parent);
      for (int t = depth; t < common; t++) {
        tokens.add(sequence(i)[t]);
        for (int j = i; j < next; j++) {
          rows[order[j]][t] = tokenCount;
        }
        tokenCount++;
      }
      grow(i, next, common, segment);
    }
  }

  /** The tokens, {@code [N]}. */
  public int[] tokens() {
    return tokens.build().toArray();
  }

  /** Which tokens form which segment. */
  public SequenceLayout layout() {
    return new SequenceLayout(offsets.build().toArray(), prefix.build().toArray());
  }

  /** Packed index of each token of a sequence. */
  public int[] rows(int sequence) {
    return rows[sequence];
  }
}
