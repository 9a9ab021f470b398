package org.align4j.bench.reproduce.page;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import org.align4j.bench.reproduce.page.Page.Table;
import org.align4j.bench.reproduce.study.RunRecord;
import org.align4j.bench.reproduce.study.StudyResult;

/**
 * Operations and bytes of an update by phase. A forward pass takes 2 operations a parameter and
 * token, forward and backward 6 (Kaplan et al. 2020, section 2.1), 8 where activations are computed
 * again; generation reads all weights once a token step of the whole batch; AdamW reads weight,
 * gradient and two moments and writes all but the gradient.
 */
final class CostModel {

  /** Weights of the embedded policy's three blocks: 4·160² + 3·160·448 each. */
  static final double SMALL_BLOCKS = 3 * (4 * 160 * 160 + 3 * 160 * 448);

  /** Its vocabulary times its width: the head, which a critic does not have. */
  static final double SMALL_HEAD = 50 * 160;

  private static final double FLOAT = 4;

  /** Bytes that AdamW moves for each weight. */
  private static final double OPTIMISER = 7 * FLOAT;

  /** Mini-batches of an update, each a pass and a step of the optimiser. */
  private static final double STEPS = 2;

  /** The paper's ratio: 60 h to 42 h. */
  static final double PAPER = 60.0 / 42;

  private static final String RF = "reinforce++";
  private static final String PPO = "ppo";

  private CostModel() {}

  /**
   * What PPO is predicted to take for each second of REINFORCE++, from REINFORCE++'s own runs: the
   * critic's passes have the operations of the policy's without the head, at the speed of the
   * reference's scoring and of the policy's update.
   */
  record Prediction(double critic, double criticUpdate, double total) {

    double ratio() {
      return (total + critic + criticUpdate) / total;
    }
  }

  /** The prediction in processor seconds of all runs. */
  static Prediction predict(StudyResult result) {
    double scoring =
        Times.sum(result, RF, RunRecord::cpu, "reference")
            / Times.sum(result, RF, RunRecord::tokens, "reference");
    double training =
        Times.sum(result, RF, RunRecord::cpu, "policy_update")
            / Times.sum(result, RF, RunRecord::tokens, "policy_update");
    double share = SMALL_BLOCKS / (SMALL_BLOCKS + SMALL_HEAD);
    double total = 0;
    for (String phase : Times.PHASES) {
      total += Times.sum(result, RF, RunRecord::cpu, phase);
    }
    // The critic is asked about the tokens that the reference is, and trained on the policy's.
    return new Prediction(
        share * scoring * Times.sum(result, RF, RunRecord::tokens, "reference"),
        share * training * Times.sum(result, RF, RunRecord::tokens, "policy_update"),
        total);
  }

  /** Operations and speed by phase. */
  static Table phases(StudyResult result) {
    List<List<String>> rows = new ArrayList<>();
    for (String algorithm : List.of(RF, PPO)) {
      for (String phase : Times.PHASES) {
        double tokens = Times.sum(result, algorithm, RunRecord::tokens, phase);
        double cpu = Times.sum(result, algorithm, RunRecord::cpu, phase);
        double operations = perToken(phase) * tokens;
        if (cpu > 0) {
          rows.add(
              List.of(
                  result.condition(algorithm).label() + ", " + phase.replace('_', ' '),
                  PageNumbers.text(tokens / 1e3),
                  operations == 0 ? "–" : PageNumbers.text(operations / 1e9),
                  operations == 0 ? "–" : PageNumbers.text(bytes(result, algorithm, phase) / 1e9),
                  PageNumbers.text(cpu),
                  operations == 0 ? "–" : PageNumbers.text(operations / 1e9 / cpu)));
        }
      }
    }
    return new Table(
        "Operations by phase, all seeds",
        ImmutableList.of(
            "phase",
            "1,000 tokens",
            "10⁹ operations",
            "10⁹ bytes",
            "processor s",
            "10⁹ operations / s"),
        rows,
        "Attention is left out: at these lengths it is a tenth of a pass. Bytes are those of weights,"
            + " gradients and moments; of generation at least, because it continues until the longest"
            + " response ends.");
  }

  /** What has to be read and written of weights, gradients and moments in all updates. */
  private static double bytes(StudyResult result, String algorithm, String phase) {
    double all = FLOAT * (SMALL_BLOCKS + SMALL_HEAD);
    double sum = 0;
    for (RunRecord run : result.runsOf(algorithm).values()) {
      double[] lengths = run.metric("train/response_length");
      for (int i = 1; i < lengths.length; i++) {
        sum +=
            switch (phase) {
              case "generate" -> all * lengths[i];
              case "reference", "critic" -> all;
              case "policy_update", "critic_update" -> STEPS * (3 * all + all / FLOAT * OPTIMISER);
              default -> 0;
            };
      }
    }
    return sum;
  }

  private static double perToken(String phase) {
    double all = SMALL_BLOCKS + SMALL_HEAD;
    return switch (phase) {
      case "generate", "reference" -> 2 * all;
      case "critic" -> 2 * SMALL_BLOCKS;
      case "policy_update" -> 6 * all;
      case "critic_update" -> 6 * SMALL_BLOCKS;
      default -> 0;
    };
  }

  /**
   * Assumptions about the paper's hardware, which it does not state: 8B actor, critic, reference
   * and reward model in bf16 on H100s.
   *
   * @param prompt mean tokens of a prompt
   * @param response mean tokens of a response
   * @param utilisation share of 989·10¹² operations/s that training reaches; scoring likewise
   * @param bandwidth share of 3.35·10¹² bytes/s that generation reaches
   * @param together sequences that a GPU decodes at once
   * @param recomputed whether activations are computed again in the backward pass
   */
  record Assumptions(
      String name,
      double prompt,
      double response,
      double utilisation,
      double bandwidth,
      double together,
      boolean recomputed) {

    private static final double PARAMETERS = 8e9;
    private static final double PEAK = 989e12;
    private static final double BYTES = 3.35e12;
    private static final double BYTES_A_WEIGHT = 2;
    private static final double MINI_BATCH = 128;

    /** Seconds of a GPU for what a pass of so many operations a parameter and token takes. */
    private double pass(double operations) {
      return operations * PARAMETERS * (prompt + response) / (PEAK * utilisation);
    }

    /** Seconds of a GPU to generate one response. */
    double generation() {
      return response * PARAMETERS * BYTES_A_WEIGHT / (BYTES * bandwidth) / together;
    }

    /** Reference, reward model, and the policy's own log-probs, which OpenRLHF computes again. */
    double scoring() {
      return pass(2 * 3);
    }

    /** Forward, backward, and a sample's share of the optimiser's step. */
    double update() {
      double optimiser = PARAMETERS * OPTIMISER / (BYTES * bandwidth) / MINI_BATCH;
      return pass(recomputed ? 8 : 6) + optimiser;
    }

    double critic() {
      return pass(2) + update();
    }

    double reinforce() {
      return generation() + scoring() + update();
    }

    /** PPO : REINFORCE++ in GPU seconds. */
    double ratio() {
      return (reinforce() + critic()) / reinforce();
    }
  }

  /** From what makes the critic cheap to what makes it dear, the likeliest in the middle. */
  static final ImmutableList<Assumptions> ASSUMPTIONS =
      ImmutableList.of(
          new Assumptions("generation dear", 300, 1000, 0.45, 0.4, 16, false),
          new Assumptions("likely", 300, 500, 0.4, 0.6, 32, true),
          new Assumptions("generation cheap", 300, 300, 0.3, 0.7, 128, true));

  /** The predictions as a table. */
  static Table paper() {
    List<List<String>> rows = new ArrayList<>();
    for (Assumptions a : ASSUMPTIONS) {
      rows.add(
          List.of(
              a.name(),
              PageNumbers.text(a.prompt()) + " + " + PageNumbers.text(a.response()),
              PageNumbers.text(a.utilisation()),
              PageNumbers.text(a.bandwidth()),
              PageNumbers.text(a.together()),
              a.recomputed() ? "yes" : "no",
              PageNumbers.text(1e3 * a.generation()),
              PageNumbers.text(1e3 * a.scoring()),
              PageNumbers.text(1e3 * a.update()),
              PageNumbers.text(1e3 * a.critic()),
              PageNumbers.text(a.ratio())));
    }
    return new Table(
        "8B actor and 8B critic on H100s: predicted, the paper has 60 h : 42 h = "
            + PageNumbers.text(PAPER),
        ImmutableList.of(
            "assumptions",
            "prompt + response, tokens",
            "utilisation",
            "bandwidth",
            "decoded at once",
            "recomputed",
            "generate, ms",
            "score, ms",
            "update, ms",
            "critic, ms",
            "PPO : REINFORCE++"),
        rows,
        "Milliseconds of a GPU for one sample. The paper states neither lengths nor the number of"
            + " GPUs, and these assumptions were made with its ratio known: they show what it takes to"
            + " come to it, and are no test. How many GPUs there are changes nothing as long as all are"
            + " busy. Utilisation is of 989·10¹² operations/s, bandwidth of 3.35·10¹² bytes/s.");
  }
}
