package org.align4j.bench.cli.option;

import org.align4j.algorithms.run.cluster.Cluster;
import org.align4j.bench.cli.console.Failures;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Other machines, the same option for every command that can use them. */
public final class SparkOption {

  @Option(
      names = "--spark",
      paramLabel = "MASTER",
      description =
          "Work on the executors of an Apache Spark cluster, with the same bits: local-cluster[EXECUTORS,CORES,MIB] or spark://HOST:PORT; docs/cluster.md.")
  private @Nullable String master;

  /** The cluster, to be closed; null where none is asked for. */
  public @Nullable Cluster open() {
    String asked = master;
    return asked == null ? null : Failures.usage(() -> Cluster.open("spark", asked));
  }
}
