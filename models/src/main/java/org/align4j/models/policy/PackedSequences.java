package org.align4j.models.policy;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.Ints;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Sequences packed into micro-batches without padding. The sequences of a micro-batch form a prefix
 * tree: tokens that several begin with (a system message, the prompt of a group, samples that say
 * the same) are computed once.
 *
 * <p>Of a response of L tokens the first L − 1 are fed and all L are labelled: token 0 at the
 * prompt's last row, token t at the row of token t − 1. So the same rows give the log-probs of the
 * tokens and the values of the states before them.
 */
public final class PackedSequences {

  private final ImmutableList<TokenSequence> sequences;
  private final ImmutableList<MicroBatch> batches;
  private final int columns;

  private PackedSequences(
      ImmutableList<TokenSequence> sequences, ImmutableList<MicroBatch> batches, int columns) {
    this.sequences = sequences;
    this.batches = batches;
    this.columns = columns;
  }

  /**
   * Labels every response token.
   *
   * @param tokenBudget most tokens of one micro-batch; a sequence that alone is longer gets a batch
   *     of its own
   * @param temperature divides the logits, above 0; ignored by a scalar head
   */
  public static PackedSequences ofResponses(
      List<TokenSequence> sequences, int tokenBudget, float temperature) {
    int columns = 0;
    List<LabelledSequence> fed = new ArrayList<>();
    for (int i = 0; i < sequences.size(); i++) {
      int length = sequences.get(i).response().length;
      columns = Math.max(columns, length);
      // a sequence without a response labels nothing and needs no forward pass
      if (length > 0) {
        fed.add(LabelledSequence.ofResponse(i, sequences.get(i)));
      }
    }
    return pack(sequences, fed, tokenBudget, temperature, columns);
  }

  /**
   * Labels the last token of each sequence only, in column 0, and feeds the whole response: what a
   * reward model reads.
   */
  public static PackedSequences ofLastTokens(List<TokenSequence> sequences, int tokenBudget) {
    List<LabelledSequence> fed = new ArrayList<>();
    for (int i = 0; i < sequences.size(); i++) {
      fed.add(LabelledSequence.ofLastToken(i, sequences.get(i)));
    }
    return pack(sequences, fed, tokenBudget, 1f, 1);
  }

  private static PackedSequences pack(
      List<TokenSequence> sequences,
      List<LabelledSequence> fed,
      int tokenBudget,
      float temperature,
      int columns) {
    checkArgument(tokenBudget > 0, "tokenBudget is %s: it must be above 0", tokenBudget);
    // sorted, each sequence has most in common with the one before it
    fed.sort(Comparator.comparing(LabelledSequence::ids, Ints.lexicographicalComparator()));
    var builder = new MicroBatchBuilder(fed, tokenBudget, temperature);
    for (int from = 0, to; from < fed.size(); from = to) {
      int[] prompt = sequences.get(fed.get(from).index()).prompt();
      to = from + 1;
      while (to < fed.size()
          && Arrays.equals(prompt, sequences.get(fed.get(to).index()).prompt())) {
        to++;
      }
      builder.add(from, to);
    }
    return new PackedSequences(ImmutableList.copyOf(sequences), builder.build(), columns);
  }

  /** What was packed, B of them. */
  public ImmutableList<TokenSequence> sequences() {
    return sequences;
  }

  /** The micro-batches. */
  public ImmutableList<MicroBatch> batches() {
    return batches;
  }

  /** Columns T: the longest response. */
  public int columns() {
    return columns;
  }

  /** Zeros {@code [B][T]} to scatter results to. */
  public float[][] zeros() {
    return new float[sequences.size()][columns];
  }
}
