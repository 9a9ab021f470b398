package org.align4j.spark;

import static com.google.common.base.Preconditions.checkArgument;

import org.align4j.algorithms.run.cluster.Cluster;
import org.align4j.algorithms.run.cluster.ClusterProvider;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkException;
import org.apache.spark.api.java.JavaSparkContext;

/** Spark's clusters by their master: {@code --spark local-cluster[2,1,4096]}. */
public final class SparkClusterProvider implements ClusterProvider {

  /** For the service loader. */
  public SparkClusterProvider() {}

  @Override
  public String kind() {
    return "spark";
  }

  @Override
  public Cluster open(String master) {
    if (System.getProperty("log4j2.configurationFile") == null) {
      System.setProperty("log4j2.configurationFile", "org/align4j/spark/log4j2.properties");
    }
    SparkConf conf = new SparkConf().setMaster(master).setAppName("align4j");
    checkArgument(
        !master.startsWith("local-cluster") || System.getenv("SPARK_HOME") != null,
        "--spark %s: SPARK_HOME is not set: begin with bench/run, which sets it, or set it to a"
            + " folder of Spark",
        master);
    SparkSettings.complete(conf);
    JavaSparkContext context = context(master, conf);
    try {
      return SparkCluster.of(context).closing(context::close);
    } catch (RuntimeException e) {
      context.close();
      throw e;
    }
  }

  private static JavaSparkContext context(String master, SparkConf conf) {
    try {
      return new JavaSparkContext(conf);
    } catch (Exception e) {
      if (e instanceof SparkException || e instanceof IllegalArgumentException) {
        throw new IllegalArgumentException("--spark %s: %s".formatted(master, e.getMessage()), e);
      }
      throw e;
    }
  }
}
