package org.align4j.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.align4j.algorithms.run.cluster.Cluster;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;

class SparkSettingsTest {

  private static SparkConf conf(String master) {
    return new SparkConf(false).setMaster(master);
  }

  @Test
  void anExecutorHasOneTaskOfAllItsCores() {
    SparkConf conf = conf("local-cluster[3, 2, 1024]");
    SparkSettings.complete(conf);
    assertThat(conf.get("spark.task.cpus")).isEqualTo("2");
    assertThat(conf.get("spark.executor.memory")).isEqualTo("1024m");
    assertThat(conf.get("spark.executor.extraJavaOptions"))
        .contains("jdk.incubator.vector", "-XX:ActiveProcessorCount=2");
    assertThat(SparkSettings.executors(conf)).isEqualTo(3);
  }

  @Test
  void whatTheUserSetStays() {
    SparkConf conf = conf("spark://host:7077").set("spark.executor.cores", "8");
    conf.set("spark.executorEnv.OMP_NUM_THREADS", "4").set("spark.cores.max", "32");
    SparkSettings.complete(conf);
    assertThat(conf.get("spark.executorEnv.OMP_NUM_THREADS")).isEqualTo("4");
    assertThat(SparkSettings.executors(conf)).isEqualTo(4);
  }

  @Test
  void coresAndExecutorsMustBeKnown() {
    assertThatThrownBy(() -> SparkSettings.complete(conf("spark://host:7077")))
        .hasMessageContaining("spark.executor.cores is not set");
    assertThatThrownBy(() -> SparkSettings.executors(conf("spark://host:7077")))
        .hasMessageContaining("the number of executors is not set");
  }

  @Test
  void whatAnExecutorLacksIsSaidWithTheRemedy() {
    ExecutorFacts good = new ExecutorFacts("0", "a", "25", true, true, "16 lanes", 8L << 30);
    assertThatCode(() -> ExecutorFacts.check(List.of(good))).doesNotThrowAnyException();
    assertThatThrownBy(() ->
            ExecutorFacts.check(
                List.of(good, new ExecutorFacts("1", "b", "25", false, true, "scalar", 8L << 30))))
        .hasMessageStartingWith("executor 1 on b has no Vector API: add --add-modules");
    assertThatThrownBy(() ->
            ExecutorFacts.check(
                List.of(new ExecutorFacts("1", "b", "25", true, false, "16 lanes", 8L << 30))))
        .hasMessageContaining("maxphysicalbytes=0");
    assertThatThrownBy(() -> ExecutorFacts.check(List.of(good, good)))
        .hasMessageStartingWith("2 tasks run on 1 executors");
  }

  @Test
  void executorsThatCannotHoldTheModelsAreRefused() {
    List<ExecutorFacts> all =
        List.of(
            new ExecutorFacts("0", "a", "25", true, true, "16 lanes", 8L << 30),
            new ExecutorFacts("1", "a", "25", true, true, "16 lanes", 8L << 30));
    assertThatCode(() -> ExecutorFacts.checkMemory(all, 4L << 30)).doesNotThrowAnyException();
    assertThatThrownBy(() -> ExecutorFacts.checkMemory(all, 5L << 30))
        .hasMessageStartingWith("an executor of this run takes at least 5120 MiB beside its heap")
        .hasMessageContaining("there are 2 on a, which has 8192 MiB");
  }

  @Test
  void anUnknownKindOfClusterIsRefusedWithItsModule() {
    assertThatThrownBy(() -> Cluster.open("sparkle", "x"))
        .hasMessage("--sparkle x: no module for it is on the class path: add align4j-sparkle");
  }
}
