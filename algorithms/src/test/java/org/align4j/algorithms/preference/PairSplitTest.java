package org.align4j.algorithms.preference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Optional;
import org.align4j.algorithms.data.PreferencePair;
import org.align4j.algorithms.data.Prompt;
import org.align4j.algorithms.train.codec.ModelCodec;
import org.align4j.algorithms.train.codec.PromptCodec;
import org.align4j.models.text.CharTokenizer;
import org.junit.jupiter.api.Test;

class PairSplitTest {

  /** A character a token, and one that ends the response. */
  private static final PromptCodec CODEC =
      new ModelCodec(
          new CharTokenizer("abc"),
          Optional.empty(),
          ImmutableList.of(CharTokenizer.EOS),
          new CharTokenizer("abc").vocabSize());

  private static PreferencePair pair(String id, String prompt, String chosen, String rejected) {
    return new PreferencePair(Prompt.text(id, prompt, ""), chosen, rejected);
  }

  private static final List<PreferencePair> PAIRS =
      List.of(
          pair("1", "a", "b", "c"),
          pair("2", "ab", "b", "c"),
          pair("3", "b", "b", "cccc"),
          pair("4", "c", "b", "c"),
          pair("5", "ab", "bb", "cc"));

  @Test
  void theLastPairsAreHeldOutAndTheirPromptsAreNotTrainedOn() {
    PairSplit split = PairSplit.of(PAIRS, 1, CODEC, 100);
    assertThat(split.heldOut()).containsExactly(PAIRS.get(4));
    assertThat(split.training()).containsExactly(PAIRS.get(0), PAIRS.get(2), PAIRS.get(3));
    assertThat(split.shared()).isEqualTo(1);
    assertThat(split.tooLong()).isZero();
  }

  /** b, cccc and the end are six tokens. */
  @Test
  void pairsWithATooLongSequenceAreLeftOut() {
    assertThat(PairSplit.of(PAIRS, 0, CODEC, 6).training()).isEqualTo(PAIRS);
    PairSplit split = PairSplit.of(PAIRS, 0, CODEC, 5);
    assertThat(split.training()).hasSize(4).doesNotContain(PAIRS.get(2));
    assertThat(split.tooLong()).isEqualTo(1);
  }

  @Test
  void aSplitThatLeavesNothingIsRefused() {
    assertThatThrownBy(() -> PairSplit.of(PAIRS, 4, CODEC, 5))
        .hasMessage(
            "4 of the 5 pairs have at most 5 tokens and 4 are to be held out: give more pairs,"
                + " allow longer ones or hold out fewer");
    List<PreferencePair> same = List.of(PAIRS.get(1), PAIRS.get(4));
    assertThatThrownBy(() -> PairSplit.of(same, 1, CODEC, 100))
        .hasMessage(
            "every pair to train on has the prompt of one of the 1 held out: hold out fewer");
  }

  @Test
  void heldOutPairsMayBeThoseOfAnotherFile() {
    PairSplit split = PairSplit.of(PAIRS.subList(0, 4), PAIRS.subList(4, 5), 3, CODEC, 5);
    assertThat(split.heldOut()).containsExactly(PAIRS.get(4));
    assertThat(split.training()).containsExactly(PAIRS.get(0), PAIRS.get(3));
    assertThat(split.shared()).isEqualTo(1);
    assertThat(split.tooLong()).isEqualTo(1);
    assertThatThrownBy(() -> PairSplit.of(PAIRS, PAIRS.subList(2, 3), 1, CODEC, 5))
        .hasMessage(
            "of 5 pairs to train on and 1 to hold out, 4 and 0 have at most 5 tokens: allow longer"
                + " ones");
  }
}
