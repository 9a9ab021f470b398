package org.align4j.core.batch;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableIntArray;
import com.google.common.primitives.Ints;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Sequences of tokens as a packed layout in which a shared prefix is stored once. A sequence that
 * is the beginning of another, or the same, adds no tokens.
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
    for (int i = 0; i < sequences.size(); i++) {
      checkArgument(this.sequences.get(i).length > 0, "sequence %s is empty", i);
    }
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
      shared[i] = i == 0 ? 0 : commonLength(sequence(i - 1), sequence(i));
    }
    grow(0, order.length, 0, -1);
    offsets.add(tokenCount);
  }

  /** The length of the common prefix of two sequences. */
  public static int commonLength(int[] a, int[] b) {
    int mismatch = Arrays.mismatch(a, b);
    return mismatch < 0 ? a.length : mismatch;
  }

  private int[] sequence(int i) {
    return sequences.get(order[i]);
  }

  /**
   * Adds segments for what sequences, alike up to {@code depth}, go on with. A segment ends where
   * two of them part, or with the longest: that a shorter one ends on the way is no reason.
   */
  private void grow(int from, int to, int depth, int parent) {
    for (int i = from, next; i < to; i = next) {
      next = i + 1;
      if (sequence(i).length <= depth) {
        continue;
      }
      int end = Integer.MAX_VALUE;
      while (next < to && shared[next] > depth) {
        if (shared[next] < sequence(next - 1).length) {
          end = Math.min(end, shared[next]);
        }
        next++;
      }
      int[] longest = sequence(next - 1);
      end = Math.min(end, longest.length);
      int segment = segmentCount++;
      offsets.add(tokenCount);
      prefix.add(parent);
      for (int j = i; j < next; j++) {
        int[] row = rows[order[j]];
        for (int t = depth; t < Math.min(end, row.length); t++) {
          row[t] = tokenCount + t - depth;
        }
      }
      for (int t = depth; t < end; t++) {
        tokens.add(longest[t]);
      }
      tokenCount += end - depth;
      grow(i, next, end, segment);
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
