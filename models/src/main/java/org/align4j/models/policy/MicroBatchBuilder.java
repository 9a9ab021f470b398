package org.align4j.models.policy;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.Lists;
import com.google.common.primitives.ImmutableIntArray;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.align4j.core.batch.PrefixTree;
import org.align4j.core.batch.TokenBatch;

/** Cuts sorted sequences into micro-batches of a token budget, each a prefix tree. */
final class MicroBatchBuilder {

  private final List<LabelledSequence> sequences;
  private final int tokenBudget;
  private final float temperature;

  /** How many tokens each sequence has in common with the one before it. */
  private final int[] shared;

  private final ImmutableList.Builder<MicroBatch> batches = ImmutableList.builder();
  private int begin;
  private int size;

  MicroBatchBuilder(List<LabelledSequence> sequences, int tokenBudget, float temperature) {
    this.sequences = sequences;
    this.tokenBudget = tokenBudget;
    this.temperature = temperature;
    this.shared = new int[sequences.size()];
    for (int i = 1; i < shared.length; i++) {
      shared[i] = PrefixTree.commonLength(sequences.get(i - 1).ids(), sequences.get(i).ids());
    }
  }

  /**
   * Adds the samples of one prompt. They are cut only where no batch has room for all of them: what
   * they share would be computed twice.
   */
  void add(int from, int to) {
    int alone = length(from);
    for (int i = from + 1; i < to; i++) {
      alone += length(i) - shared[i];
    }
    if (alone > tokenBudget && to - from > 1) {
      flush(from);
      for (int i = from; i < to; i++) {
        add(i, i + 1);
      }
      return;
    }
    if (size > 0 && size + alone - shared[from] > tokenBudget) {
      flush(from);
    }
    size += size > 0 ? alone - shared[from] : alone;
  }

  private int length(int i) {
    return sequences.get(i).ids().length;
  }

  ImmutableList<MicroBatch> build() {
    flush(sequences.size());
    return batches.build();
  }

  private void flush(int end) {
    if (end > begin) {
      batches.add(batch(sequences.subList(begin, end)));
    }
    begin = end;
    size = 0;
  }

  private MicroBatch batch(List<LabelledSequence> sorted) {
    List<LabelledSequence> part = new ArrayList<>(sorted);
    part.sort(Comparator.comparingInt(LabelledSequence::index));
    var tree = new PrefixTree(Lists.transform(part, LabelledSequence::ids));
    var rows = ImmutableIntArray.builder();
    var ids = ImmutableIntArray.builder();
    var indices = ImmutableIntArray.builder();
    var columns = ImmutableIntArray.builder();
    var labelOf = ImmutableIntArray.builder();
    Map<RowLabel, Integer> known = new HashMap<>();
    for (int i = 0; i < part.size(); i++) {
      LabelledSequence sequence = part.get(i);
      for (int t = 0; t < sequence.labels().length; t++) {
        var pair = new RowLabel(tree.rows(i)[sequence.row(t)], sequence.labels()[t]);
        int label = known.getOrDefault(pair, known.size());
        if (known.putIfAbsent(pair, label) == null) {
          rows.add(pair.row());
          ids.add(pair.label());
        }
        indices.add(sequence.index());
        columns.add(t);
        labelOf.add(label);
      }
    }
    return new MicroBatch(
        new TokenBatch(
            tree.tokens(),
            tree.layout(),
            rows.build().toArray(),
            ids.build().toArray(),
            temperature),
        indices.build().toArray(),
        columns.build().toArray(),
        labelOf.build().toArray());
  }

  private record RowLabel(int row, int label) {}
}
