package org.align4j.spark;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.SparkConf;

/**
 * Spark's settings for a run, and our own among them. What the user has set stays.
 *
 * <ul>
 *   <li>{@code spark.align4j.timeout}: seconds after which a machine that says nothing counts as
 *       lost; longer than an executor's part of a mini-batch takes; 600
 *   <li>{@code spark.align4j.stageTimeout}: seconds after which a stage that has not ended is given
 *       up; 21600
 *   <li>{@code spark.align4j.executorWait}: seconds that an executor which was lost is waited for
 *       before its work is done by the others; 60
 *   <li>{@code spark.align4j.port}: first port that machines reach one another at, as many more are
 *       tried as {@code spark.port.maxRetries} says; 0 for any
 * </ul>
 */
final class SparkSettings {

  static final String TIMEOUT = "spark.align4j.timeout";
  static final String STAGE_TIMEOUT = "spark.align4j.stageTimeout";
  static final String EXECUTOR_WAIT = "spark.align4j.executorWait";
  static final String PORT = "spark.align4j.port";

  /** Without the first three a JVM warns or is slow, without the fourth ND4J runs out of memory. */
  static final String FLAGS =
      "--enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow"
          + " --add-modules=jdk.incubator.vector -Dorg.bytedeco.javacpp.maxphysicalbytes=0"
          + " -Dorg.nd4j.log.initialization=false -XX:Tier3DelayOn=1000 -XX:+UseSerialGC"
          + " -Dlog4j2.configurationFile=org/align4j/spark/log4j2.properties";

  private static final Pattern LOCAL_CLUSTER =
      Pattern.compile("local-cluster\\[\\s*(\\d+)\\s*,\\s*(\\d+)\\s*,\\s*(\\d+)\\s*]");

  private SparkSettings() {}

  /**
   * How many executors there are to be.
   *
   * @throws IllegalArgumentException where nothing says so
   */
  static int executors(SparkConf conf) {
    Matcher local = LOCAL_CLUSTER.matcher(conf.get("spark.master", ""));
    if (local.matches()) {
      return Integer.parseInt(local.group(1));
    }
    int cores = conf.getInt("spark.executor.cores", 1);
    int count = conf.getInt("spark.executor.instances", conf.getInt("spark.cores.max", 0) / cores);
    checkArgument(
        count > 0,
        "the number of executors is not set: set spark.executor.instances, or spark.cores.max to"
            + " that number times spark.executor.cores");
    return count;
  }

  /**
   * Adds what a run needs.
   *
   * @throws IllegalArgumentException where executors would have several tasks, or no fixed number
   */
  static void complete(SparkConf conf) {
    Matcher local = LOCAL_CLUSTER.matcher(conf.get("spark.master", ""));
    if (local.matches()) {
      conf.setIfMissing("spark.executor.cores", local.group(2));
      conf.setIfMissing("spark.executor.memory", local.group(3) + "m");
      conf.setIfMissing("spark.executor.extraClassPath", System.getProperty("java.class.path"));
      conf.setIfMissing("spark.driver.host", "127.0.0.1");
      conf.setIfMissing("spark.driver.bindAddress", "127.0.0.1");
    }
    String cores = conf.get("spark.executor.cores", "");
    checkArgument(
        !cores.isEmpty(),
        "spark.executor.cores is not set: set it, so that executors have one task each");
    int timeout = conf.getInt(TIMEOUT, 600);
    Map.of(
            "spark.task.cpus", cores,
            "spark.executor.extraJavaOptions", FLAGS + " -XX:ActiveProcessorCount=" + cores,
            // Unset, OpenMP threads spin, and tiny ND4J operations slow down.
            "spark.executorEnv.OMP_NUM_THREADS", cores,
            "spark.scheduler.minRegisteredResourcesRatio", "1.0",
            "spark.scheduler.maxRegisteredResourcesWaitingTime", "120s",
            "spark.scheduler.barrier.maxConcurrentTasksCheck.interval", "2s",
            "spark.scheduler.barrier.maxConcurrentTasksCheck.maxFailures", "20",
            "spark.barrier.sync.timeout", timeout + "s",
            "spark.speculation", "true",
            "spark.ui.enabled", "false")
        .forEach(conf::setIfMissing);
  }
}
