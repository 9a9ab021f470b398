package org.align4j.bench.compare;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.align4j.algorithms.run.RlRun;
import org.align4j.algorithms.run.cluster.Cluster;
import org.align4j.algorithms.run.cluster.ClusterTask;
import org.align4j.algorithms.run.config.TrainConfig;
import org.align4j.algorithms.run.data.TrainData;
import org.align4j.algorithms.run.folder.RunFolder;
import org.align4j.core.engine.Engine;
import org.align4j.core.file.AtomicFiles;
import org.align4j.core.file.JsonFiles;

/**
 * The runs of a comparison, each whole on one executor of a cluster, which writes its folder: OUT
 * must be where driver and executors find it. The same bits as on one machine; times are those of
 * machines that do other runs meanwhile.
 */
public final class SpreadComparison {

  private SpreadComparison() {}

  /** Runs everything; results in the order of seeds, then of the algorithms. */
  public static ImmutableList<RunResult> run(
      ComparisonSettings settings, ComparisonListener listener, Cluster cluster) {
    List<OneRun> runs = new ArrayList<>();
    for (long seed : settings.allSeeds()) {
      for (String algorithm : settings.algorithms()) {
        runs.add(OneRun.of(settings, algorithm, seed));
      }
    }
    listener.onMessage("%s runs on %s executors".formatted(runs.size(), cluster.executors()));
    ImmutableList.Builder<RunResult> results = ImmutableList.builder();
    for (String folder : cluster.call(runs)) {
      try (RunFolder done = RunFolder.open(Path.of(folder))) {
        results.add(RunResult.read(done));
      }
    }
    return results.build();
  }

  /** A run as an executor gets it; it answers its folder. */
  private record OneRun(
      String algorithm, long seed, String config, String engine, String out, String description)
      implements ClusterTask<String> {

    static OneRun of(ComparisonSettings settings, String algorithm, long seed) {
      return new OneRun(
          algorithm,
          seed,
          settings.config().withAbsolutePaths().toTree().toString(),
          settings.engine().name(),
          settings.out().toString(),
          settings.description().toString());
    }

    @Override
    public String call() {
      ComparisonSettings settings = settings();
      Path folder = settings.folder(algorithm, seed);
      // What an executor left that was lost.
      AtomicFiles.remove(folder);
      try (Workload workload = Workload.open(settings.config(), settings.engine());
          Run run = new Run(settings, workload, algorithm, seed, before(workload), SILENT)) {
        for (int update = 0; update < settings.updates(); update++) {
          run.step();
        }
        var _ = run.finish(OptionalLong.empty());
      }
      return folder.toString();
    }

    @Override
    public List<String> files() {
      TrainConfig read = settings().config();
      List<String> files = new ArrayList<>(read.input().model().stream().toList());
      TrainData.files(read.input(), read.run().evaluation())
          .forEach(file -> files.add(file.toString()));
      return files;
    }

    private ComparisonSettings settings() {
      try {
        return new ComparisonSettings(
            ImmutableList.of(algorithm),
            seed,
            1,
            TrainConfig.fromTree(JsonFiles.mapper().readTree(config)),
            Engine.of(engine),
            Path.of(out),
            (ObjectNode) JsonFiles.mapper().readTree(description));
      } catch (JsonProcessingException e) {
        throw new IllegalStateException("the comparison's settings are no JSON", e);
      }
    }

    private ImmutableMap<String, Double> before(Workload workload) {
      TrainConfig ofRun = settings().config(algorithm, seed);
      if (!ofRun.run().evaluation().isOn()) {
        return ImmutableMap.of();
      }
      try (RlRun start = workload.run(ofRun)) {
        return start.evaluate();
      }
    }
  }

  /** On an executor nobody listens; the run's folder has it all. */
  private static final ComparisonListener SILENT =
      new ComparisonListener() {
        @Override
        public void warmingUp(String algorithm) {}

        @Override
        public void evaluating(String what) {}

        @Override
        public void onStep(String algorithm, long seed, Map<String, Double> row) {}

        @Override
        public void onMessage(String message) {}
      };
}
