package org.align4j.models.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.align4j.core.batch.SequenceLayout;
import org.align4j.core.batch.TokenBatch;
import org.junit.jupiter.api.Test;

final class PackedSequencesTest {

  private static TokenSequence sequence(int[] prompt, int... response) {
    return new TokenSequence(prompt, response);
  }

  @Test
  void samplesOfOnePromptFollowItAndTheirFirstTokensAreScoredAtItsLastRow() {
    int[] prompt = {5, 6, 7};
    var packed =
        PackedSequences.ofResponses(
            List.of(sequence(prompt, 10, 11, 12), sequence(prompt, 20), sequence(prompt, 30, 31)),
            100,
            0.7f);

    assertThat(packed.batches()).hasSize(1);
    MicroBatch batch = packed.batches().get(0);
    assertThat(batch.batch().tokens()).containsExactly(5, 6, 7, 10, 11, 30);
    assertThat(batch.batch().layout().offsets()).containsExactly(0, 3, 5, 6);
    assertThat(batch.batch().layout().prefix()).containsExactly(-1, 0, 0);
    assertThat(batch.batch().rows()).containsExactly(2, 3, 4, 2, 2, 5);
    assertThat(batch.batch().labels()).containsExactly(10, 11, 12, 20, 30, 31);
    assertThat(batch.sequences()).containsExactly(0, 0, 0, 1, 2, 2);
    assertThat(batch.columns()).containsExactly(0, 1, 2, 0, 0, 1);
    assertThat(batch.batch().temperature()).isEqualTo(0.7f);
    assertThat(packed.columns()).isEqualTo(3);
  }

  @Test
  void aPromptOfOneSampleIsOneSegmentWithIt() {
    var packed = PackedSequences.ofResponses(List.of(sequence(new int[] {5, 6}, 10, 11)), 100, 1f);

    TokenBatch batch = packed.batches().get(0).batch();
    assertThat(batch.tokens()).containsExactly(5, 6, 10);
    assertThat(batch.layout().offsets()).containsExactly(0, 3);
    assertThat(batch.rows()).containsExactly(1, 2);
  }

  @Test
  void theLastTokensOfWholeResponsesAreLabelledForARewardModel() {
    int[] prompt = {5, 6};
    var packed =
        PackedSequences.ofLastTokens(
            List.of(sequence(prompt, 10, 11), sequence(prompt), sequence(prompt, 20)), 100);

    MicroBatch batch = packed.batches().get(0);
    assertThat(batch.batch().tokens()).containsExactly(5, 6, 10, 11, 20);
    assertThat(batch.batch().rows()).containsExactly(3, 1, 4);
    assertThat(batch.sequences()).containsExactly(0, 1, 2);
    assertThat(batch.columns()).containsExactly(0, 0, 0);
  }

  @Test
  void sequencesWithoutAResponseNeedNoBatch() {
    var packed = PackedSequences.ofResponses(List.of(sequence(new int[] {5, 6})), 100, 1f);

    assertThat(packed.batches()).isEmpty();
    assertThat(packed.columns()).isZero();
  }

  /** What a label sees must be its own sequence up to it, however the packing was cut. */
  @Test
  void everyResponseTokenIsLabelledOnceAndSeesItsOwnSequence() {
    var random = new Random(7);
    for (int round = 0; round < 200; round++) {
      List<TokenSequence> sequences = new ArrayList<>();
      int prompts = 1 + random.nextInt(4);
      for (int i = random.nextInt(12); i >= 0; i--) {
        int[] prompt = {random.nextInt(prompts), 1, 2};
        int words = random.nextBoolean() ? 2 : 1000;
        sequences.add(
            new TokenSequence(prompt, random.ints(random.nextInt(9), 0, words).toArray()));
      }
      int budget = 1 + random.nextInt(40);
      var packed = PackedSequences.ofResponses(sequences, budget, 1f);
      float[][] seen = packed.zeros();
      for (MicroBatch batch : packed.batches()) {
        TokenBatch tokens = batch.batch();
        for (int i = 0; i < batch.labelOf().length; i++) {
          TokenSequence sequence = sequences.get(batch.sequences()[i]);
          int column = batch.columns()[i];
          int m = batch.labelOf()[i];
          assertThat(tokens.labels()[m]).isEqualTo(sequence.response()[column]);
          assertThat(context(tokens, tokens.rows()[m])).isEqualTo(expected(sequence, column));
          seen[batch.sequences()[i]][column]++;
        }
        assertThat(contexts(tokens)).doesNotHaveDuplicates();
        boolean alone = Arrays.stream(batch.sequences()).distinct().count() == 1;
        assertThat(tokens.tokens().length <= budget || alone).isTrue();
      }
      for (int b = 0; b < sequences.size(); b++) {
        for (int t = 0; t < packed.columns(); t++) {
          assertThat(seen[b][t]).isEqualTo(t < sequences.get(b).response().length ? 1f : 0f);
        }
      }
    }
  }

  /** The prompt is in no more batches than its samples need, and shared ones stay together. */
  @Test
  void aGroupIsCutOnlyWhereNoBatchHasRoomForIt() {
    List<TokenSequence> sequences = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      sequences.add(sequence(new int[] {1, 2, 3}, 40 + i, 0));
    }
    for (int i = 0; i < 4; i++) {
      sequences.add(sequence(new int[] {2, 2, 3, 4, 5, 6}, 40 + i, 41, 42, 0));
    }

    var fits = PackedSequences.ofResponses(sequences, 18, 1f);
    assertThat(fits.batches()).extracting(b -> b.batch().tokens().length).containsExactly(6, 18);

    var cut = PackedSequences.ofResponses(sequences, 13, 1f);
    assertThat(cut.batches()).extracting(b -> b.batch().tokens().length).containsExactly(6, 12, 12);
  }

  @Test
  void resultsFindTheirWayBackAndCoefficientsTheirWayIn() {
    int[] prompt = {5, 6};
    var packed =
        PackedSequences.ofResponses(
            List.of(sequence(prompt, 1, 2), sequence(new int[] {9}, 3)), 100, 1f);
    MicroBatch batch = packed.batches().get(0);

    float[][] target = packed.zeros();
    batch.scatter(new float[] {0.1f, 0.2f, 0.3f}, target);

    assertThat(target).isDeepEqualTo(new float[][] {{0.1f, 0.2f}, {0.3f, 0f}});
    assertThat(batch.gather(target)).containsExactly(0.1f, 0.2f, 0.3f);
    assertThatThrownBy(() -> batch.scatter(new float[2], target))
        .hasMessage("values [2] do not match the 3 labels of the batch");
  }

  /** 5 6 | 7 continues to (8 | 9) and, for another prompt, to 1; 10 and 11 after 7 8 are labels. */
  @Test
  void whatSequencesBeginWithIsComputedOnceAcrossPromptsAndSamples() {
    var packed =
        PackedSequences.ofResponses(
            List.of(
                sequence(new int[] {5, 6, 7}, 8, 10),
                sequence(new int[] {5, 6}, 1, 2),
                sequence(new int[] {5, 6, 7}, 8, 11),
                sequence(new int[] {5, 6, 7}, 9),
                sequence(new int[] {5, 6, 7}, 8, 10)),
            100,
            1f);

    MicroBatch batch = packed.batches().get(0);
    assertThat(batch.batch().tokens()).containsExactly(5, 6, 1, 7, 8);
    assertThat(batch.batch().layout().offsets()).containsExactly(0, 2, 3, 5);
    assertThat(batch.batch().layout().prefix()).containsExactly(-1, 0, 0);
    assertThat(batch.batch().rows()).containsExactly(3, 4, 1, 2, 4, 3);
    assertThat(batch.batch().labels()).containsExactly(8, 10, 1, 2, 11, 9);
    assertThat(batch.labelOf()).containsExactly(0, 1, 2, 3, 0, 4, 5, 0, 1);
    assertThat(batch.counts()).containsExactly(3, 2, 1, 1, 1, 1);
    float[][] coefficients = {{1, 2}, {3, 4}, {5, 6}, {7, 0}, {8, 9}};
    assertThat(batch.gather(coefficients)).containsExactly(14, 11, 3, 4, 6, 7);
  }

  private static List<Integer> context(TokenBatch batch, int row) {
    SequenceLayout layout = batch.layout();
    int segment = 0;
    while (layout.offsets()[segment + 1] <= row) {
      segment++;
    }
    List<Integer> ids = new ArrayList<>();
    int last = row;
    for (int s = segment; s >= 0; s = layout.prefix()[s]) {
      for (int i = last; i >= layout.offsets()[s]; i--) {
        ids.addFirst(batch.tokens()[i]);
      }
      last = layout.prefix()[s] < 0 ? -1 : layout.offsets()[layout.prefix()[s] + 1] - 1;
    }
    return ids;
  }

  private static List<List<Integer>> contexts(TokenBatch batch) {
    return IntStream.range(0, batch.tokens().length).mapToObj(row -> context(batch, row)).toList();
  }

  private static List<Integer> expected(TokenSequence sequence, int column) {
    List<Integer> ids = new ArrayList<>();
    for (int id : sequence.prompt()) {
      ids.add(id);
    }
    for (int t = 0; t < column; t++) {
      ids.add(sequence.response()[t]);
    }
    return ids;
  }
}
