package org.align4j.spark;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableSet;
import java.io.Serializable;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.stream.Collectors;
import org.align4j.core.runtime.Resources;
import org.apache.spark.SparkEnv;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an executor runs on.
 *
 * @param executor its number
 * @param host where it is
 * @param java the version of its Java
 * @param vectors whether it has the Vector API
 * @param unlimited whether ND4J's memory has no limit of its own
 * @param processor as the engine computes with it
 * @param memory bytes of its machine or container, all in all
 */
record ExecutorFacts(
    String executor,
    String host,
    String java,
    boolean vectors,
    boolean unlimited,
    String processor,
    long memory)
    implements Serializable {

  private static final Logger LOG = LoggerFactory.getLogger(ExecutorFacts.class);

  /** Those of this executor. */
  static ExecutorFacts here() {
    return new ExecutorFacts(
        SparkEnv.get().executorId(),
        Replica.host(),
        Runtime.version().toString(),
        ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent(),
        "0".equals(System.getProperty("org.bytedeco.javacpp.maxphysicalbytes")),
        kernels(),
        totalMemory());
  }

  /** Not with the process's resources: a run has yet to say how large they are. */
  private static String kernels() {
    try (Resources resources = Resources.of(1, Resources.USUAL_MEMORY)) {
      return resources.kernels().name();
    }
  }

  private static long totalMemory() {
    return ManagementFactory.getOperatingSystemMXBean()
            instanceof com.sun.management.OperatingSystemMXBean system
        ? system.getTotalMemorySize()
        : Long.MAX_VALUE;
  }

  /**
   * Refuses models that cannot fit.
   *
   * @param needed bytes that a run takes of each executor, at least
   * @throws IllegalArgumentException naming the machine and what it has
   */
  static void checkMemory(List<ExecutorFacts> all, long needed) {
    for (ExecutorFacts facts : all) {
      long there = all.stream().filter(other -> other.host.equals(facts.host)).count();
      checkArgument(
          there * needed <= facts.memory,
          "an executor of this run takes at least %s MiB beside its heap, there are %s on %s, which has"
              + " %s MiB: take fewer a machine, an adapter (lora) or a smaller model",
          needed >> 20,
          there,
          facts.host,
          facts.memory >> 20);
    }
  }

  /**
   * Refuses what would be slow, fail later or give other bits.
   *
   * @throws IllegalArgumentException naming the executor and what to set
   */
  static void check(List<ExecutorFacts> all) {
    for (ExecutorFacts facts : all) {
      checkArgument(
          facts.vectors,
          "executor %s on %s has no Vector API: add --add-modules=jdk.incubator.vector to"
              + " spark.executor.extraJavaOptions",
          facts.executor,
          facts.host);
      checkArgument(
          facts.unlimited,
          "executor %s on %s limits ND4J's memory: add -Dorg.bytedeco.javacpp.maxphysicalbytes=0 to"
              + " spark.executor.extraJavaOptions",
          facts.executor,
          facts.host);
    }
    long executors = all.stream().map(ExecutorFacts::executor).distinct().count();
    checkArgument(
        executors == all.size(),
        "%s tasks run on %s executors: set spark.task.cpus to spark.executor.cores, so that an"
            + " executor has one task",
        all.size(),
        executors);
    ImmutableSet<String> kinds =
        all.stream()
            .map(facts -> facts.processor + ", Java " + facts.java)
            .collect(ImmutableSet.toImmutableSet());
    if (kinds.size() > 1) {
      LOG.warn(
          "The executors are unlike ({}): log-probs, gradients and updates have the same bits, but"
              + " the losses between them are ND4J's, which does not promise that",
          kinds.stream().collect(Collectors.joining("; ")));
    }
  }
}
