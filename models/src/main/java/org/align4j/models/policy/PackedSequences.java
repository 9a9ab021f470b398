package org.align4j.models.policy;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.Ints;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Sequences packed into micro-batches without padding; the samples of one prompt share it.
 *
 * <p>A group is the prompt once, then each sample as a segment that continues it. Of a response of
 * L tokens the first L − 1 are fed and all L are labelled: row 0 is the prompt's last row, row t
 * the row of token t − 1. So the same rows give the log-probs of the tokens and the values of the
 * states before them.
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
    for (TokenSequence sequence : sequences) {
      columns = Math.max(columns, sequence.response().length);
    }
    return pack(sequences, tokenBudget, temperature, Labels.RESPONSE, columns);
  }

  /**
   * Labels the last token of each sequence only, in column 0, and feeds the whole response: what a
   * reward model reads.
   */
  public static PackedSequences ofLastTokens(List<TokenSequence> sequences, int tokenBudget) {
    return pack(sequences, tokenBudget, 1f, Labels.LAST_TOKEN, 1);
  }

  private static PackedSequences pack(
      List<TokenSequence> sequences,
      int tokenBudget,
      float temperature,
      Labels labels,
      int columns) {
    checkArgument(tokenBudget > 0, "tokenBudget is %s: it must be above 0", tokenBudget);
    var batches = ImmutableList.<MicroBatch>builder();
    var builder = new MicroBatchBuilder(sequences, labels, temperature);
    for (List<Integer> group : groups(sequences)) {
      int prompt = sequences.get(group.get(0)).prompt().length;
      List<Integer> chunk = new ArrayList<>();
      int chunkTokens = prompt;
      for (int index : group) {
        int fed = labels.fed(sequences.get(index).response().length);
        // a group that fits an empty batch is not cut in two: its prompt would be computed twice
        if (!chunk.isEmpty() && chunkTokens + fed > tokenBudget) {
          batches.addAll(builder.add(chunk, chunkTokens, tokenBudget));
          chunk = new ArrayList<>();
          chunkTokens = prompt;
        }
        chunk.add(index);
        chunkTokens += fed;
      }
      batches.addAll(builder.add(chunk, chunkTokens, tokenBudget));
    }
    batches.addAll(builder.flush());
    return new PackedSequences(ImmutableList.copyOf(sequences), batches.build(), columns);
  }

  /** Indices by prompt, in the order of first appearance. */
  private static Collection<List<Integer>> groups(List<TokenSequence> sequences) {
    Map<List<Integer>, List<Integer>> groups = new LinkedHashMap<>();
    for (int i = 0; i < sequences.size(); i++) {
      groups
          .computeIfAbsent(Ints.asList(sequences.get(i).prompt()), key -> new ArrayList<>())
          .add(i);
    }
    return groups.values();
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

  /** Which tokens are labelled. */
  enum Labels {
    RESPONSE,
    LAST_TOKEN;

    /** How many tokens of a response of this length the network reads. */
    int fed(int responseLength) {
      return this == RESPONSE ? Math.max(0, responseLength - 1) : responseLength;
    }
  }
}
