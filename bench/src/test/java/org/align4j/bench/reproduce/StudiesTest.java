package org.align4j.bench.reproduce;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.align4j.algorithms.run.BatchPlan;
import org.align4j.algorithms.run.config.TrainConfig;
import org.align4j.algorithms.settings.field.Fields;
import org.align4j.algorithms.train.experience.ResolvedAlgorithm;
import org.align4j.bench.reproduce.study.Condition;
import org.align4j.bench.reproduce.study.Study;
import org.junit.jupiter.api.Test;

/** The settings of all studies, before they are run. */
final class StudiesTest {

  private static List<Study> all() {
    List<Study> all = new ArrayList<>(Studies.small());
    all.add(Studies.sums(Path.of("m"), Path.of("p.jsonl")));
    return all;
  }

  @Test
  void everyConditionCanBeRun() {
    for (Study study : all()) {
      for (Condition condition : study.conditions()) {
        TrainConfig config = study.config(condition, 1, Map.of());
        assertThat(ResolvedAlgorithm.of(config.training())).isNotNull();
        assertThat(BatchPlan.of(config.training(), 1).updates()).isEqualTo(1);
        assertThat(config.training().convention()).isEqualTo("paper");
      }
    }
  }

  /** An ablation that changed nothing would reproduce anything. */
  @Test
  void everyAblationDiffersFromFigure2() {
    Study base = Studies.small().get(1);
    Study ablations = Studies.small().get(4);
    TrainConfig ofBase = base.config(Studies.REINFORCE_PP, 1, Map.of());
    for (Condition condition : ablations.conditions()) {
      TrainConfig config = ablations.config(condition, 1, Map.of());
      assertThat(Fields.toTree(config.training())).isNotEqualTo(Fields.toTree(ofBase.training()));
      assertThat(Fields.toTree(config.run())).isEqualTo(Fields.toTree(ofBase.run()));
    }
  }
}
