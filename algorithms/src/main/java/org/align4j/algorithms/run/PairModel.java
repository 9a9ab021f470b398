package org.align4j.algorithms.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.primitives.Doubles;
import java.nio.file.Path;
import org.align4j.algorithms.preference.PreferenceEvaluation;
import org.align4j.algorithms.train.PairScores;
import org.align4j.core.file.JsonFiles;
import org.align4j.models.policy.Policy;
import org.align4j.models.policy.Reference;
import org.align4j.models.policy.TokenSequence;
import org.align4j.models.reward.RewardModel;
import org.align4j.models.reward.RewardStatistics;
import org.align4j.models.text.Tokenizer;

/** What pairs train. */
interface PairModel extends AutoCloseable {

  /** Its words. */
  Tokenizer tokenizer();

  /** Scores held-out pairs with the weights as they are. */
  @FunctionalInterface
  interface Judge {
    PairScores scores();
  }

  /** Writes a Hugging Face folder. */
  void save(Path folder, Judge heldOut);

  /** What held-out pairs say, for {@code evaluation.json}. */
  ObjectNode evaluation(PairScores heldOut);

  /** The text of a sequence, special tokens included. */
  default String text(TokenSequence sequence) {
    return tokenizer().decode(sequence.prompt()) + tokenizer().decode(sequence.response());
  }

  @Override
  void close();

  /** Both are owned. */
  record Direct(Policy policy, Reference reference) implements PairModel {

    @Override
    public Tokenizer tokenizer() {
      return policy.tokenizer();
    }

    @Override
    public void save(Path folder, Judge heldOut) {
      policy.save(folder);
    }

    @Override
    public ObjectNode evaluation(PairScores heldOut) {
      return JsonFiles.mapper()
          .valueToTree(PreferenceEvaluation.of(heldOut.chosen(), heldOut.rejected()));
    }

    @Override
    public void close() {
      reference.close();
      policy.close();
    }
  }

  /** The folder gets the statistics of the weights that are in it. */
  record Rewarding(RewardModel model) implements PairModel {

    @Override
    public Tokenizer tokenizer() {
      return model.tokenizer();
    }

    @Override
    public void save(Path folder, Judge heldOut) {
      model.save(folder, statistics(heldOut.scores()));
    }

    @Override
    public ObjectNode evaluation(PairScores heldOut) {
      ObjectNode json =
          JsonFiles.mapper()
              .valueToTree(PreferenceEvaluation.of(heldOut.chosen(), heldOut.rejected()));
      json.set("rewards", JsonFiles.mapper().valueToTree(statistics(heldOut)));
      return json;
    }

    private static RewardStatistics statistics(PairScores heldOut) {
      return RewardStatistics.of(Doubles.concat(heldOut.chosen(), heldOut.rejected()));
    }

    @Override
    public void close() {
      model.close();
    }
  }
}
