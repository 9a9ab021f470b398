package example;

import java.nio.file.Path;
import java.util.Map;
import org.align4j.algorithms.reward.Reward;
import org.align4j.algorithms.run.config.TrainConfig;
import org.align4j.algorithms.run.TrainingRun;
import org.align4j.algorithms.run.TrainingRuns;

/** A run with a reward of one's own; started again, it goes on where it was. */
public final class Train {

  private Train() {}

  public static void main(String[] args) {
    TrainConfig config =
        TrainConfig.of(
            Map.of(
                "model", args[0], "prompts", args[1], "updates", args[2], "checkpoint.every", "2"));
    Reward brief = Reward.of("brief", (prompt, response) -> response.length() <= 40 ? 1 : 0);
    TrainingRun.Outcome outcome =
        TrainingRuns.train(
            config,
            brief,
            Path.of(args[3]),
            (step, row) -> System.out.println(step + " " + row.get("train/reward")));
    System.out.println(outcome);
  }
}
