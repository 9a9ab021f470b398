package org.align4j.spark;

import static com.google.common.base.Preconditions.checkArgument;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.align4j.algorithms.reward.spec.RewardSpec;
import org.align4j.algorithms.run.TrainingRun;
import org.align4j.algorithms.run.TrainingRuns;
import org.align4j.algorithms.run.config.ConfigFile;
import org.align4j.algorithms.run.config.TrainConfig;
import org.align4j.algorithms.run.guard.GuardEvent;
import org.align4j.algorithms.run.guard.RunListener;
import org.align4j.core.engine.Engine;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What {@code spark-submit} begins: {@code --class org.align4j.spark.SparkTrain align4j-spark.jar
 * OUT [CONFIG.yaml] [group.field=value ...]}. A run that is in OUT goes on.
 */
public final class SparkTrain {

  private static final Logger LOG = LoggerFactory.getLogger(SparkTrain.class);

  private SparkTrain() {}

  /** Trains; see above. */
  public static void main(String[] args) {
    checkArgument(args.length > 0, "usage: OUT [CONFIG.yaml] [group.field=value ...]");
    Map<String, String> values = new LinkedHashMap<>();
    for (int i = 1; i < args.length; i++) {
      if (args[i].contains("=")) {
        Map.Entry<String, String> assignment = ConfigFile.assignment(args[i]);
        values.put(assignment.getKey(), assignment.getValue());
      } else {
        values.putAll(ConfigFile.read(Path.of(args[i]), TrainConfig.embedded().parts()));
      }
    }
    TrainConfig config = TrainConfig.of(values);
    SparkConf conf = new SparkConf().setIfMissing("spark.app.name", "align4j");
    SparkSettings.complete(conf);
    try (JavaSparkContext context = new JavaSparkContext(conf)) {
      TrainingRun.Outcome outcome =
          TrainingRuns.train(
              config,
              RewardSpec.parse(config.input().reward()).build(Engine.PLAN),
              Path.of(args[0]),
              new Log(),
              SparkCluster.of(context));
      LOG.info("The run in {} ended: {}", args[0], outcome);
    }
  }

  /** Steps and warnings as lines of the driver's log. */
  private static final class Log implements RunListener {

    @Override
    public void onStep(long step, Map<String, Double> row) {
      LOG.info("step {}: {}", step, row);
    }

    @Override
    public void onGuard(GuardEvent event) {
      LOG.warn("{}", event);
    }

    @Override
    public void onWarning(String message) {
      LOG.warn(message);
    }
  }
}
