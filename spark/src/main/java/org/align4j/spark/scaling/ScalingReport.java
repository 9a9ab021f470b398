package org.align4j.spark.scaling;

import static com.google.common.base.Preconditions.checkArgument;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.align4j.core.kernel.Threads;
import org.align4j.core.kernel.vector.FmaPeak;
import org.align4j.core.kernel.vector.MemoryBandwidth;
import org.align4j.spark.scaling.ScalingModel.Job;
import org.align4j.spark.scaling.ScalingModel.Machine;
import org.align4j.spark.scaling.ScalingModel.Parts;
import org.align4j.spark.scaling.ScalingModel.Rates;

/**
 * What {@code bench/scaling} measured beside what the model says. The model's rates are those of
 * one executor, and of two without a limit; all else is predicted.
 */
public final class ScalingReport {

  /** Some seconds long, so that a machine's share of the processor counts. */
  private static final int PEAK_REPETITIONS = 400;

  private static final double NO_LIMIT = 1e15;

  private final Path folder;

  private ScalingReport(Path folder) {
    this.folder = folder;
  }

  /**
   * {@code machine} prints GFLOP/s and GB/s of one thread; {@code report FOLDER JOB PARAMETERS
   * WEIGHT-BYTES PROMPTS SAMPLES STEPS SHARDS} a job's table; 0 parameters: all are trained, 0
   * bytes: float32.
   */
  public static void main(String[] args) throws IOException {
    if (args.length == 1 && args[0].equals("machine")) {
      System.out.println(machine());
      return;
    }
    checkArgument(args.length == 9 && args[0].equals("report"), "usage: machine | report ...");
    System.out.println(
        new ScalingReport(Path.of(args[1]))
            .table(
                args[2],
                Double.parseDouble(args[3]),
                Double.parseDouble(args[4]),
                Integer.parseInt(args[5]),
                Integer.parseInt(args[6]),
                Integer.parseInt(args[7]),
                Integer.parseInt(args[8])));
  }

  private static String machine() {
    try (Threads one = new Threads(1)) {
      var _ = FmaPeak.gigaflops(one, 20);
      long start = System.nanoTime();
      var _ = FmaPeak.gigaflops(one, PEAK_REPETITIONS);
      double seconds = (System.nanoTime() - start) * 1e-9;
      return "%s %s"
          .formatted(
              FmaPeak.gigaflop(one, PEAK_REPETITIONS) / seconds, MemoryBandwidth.gigabytes(one));
    }
  }

  /** A machine of which so many were measured at once: the mean of the files. */
  private double[] machine(int executors) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> machines =
          files
              .filter(
                  file -> file.getFileName().toString().startsWith("machine-" + executors + "-"))
              .toList();
      double[] figures = new double[2];
      for (Path file : machines) {
        String[] words = Files.readString(file).strip().split(" ", -1);
        for (int i = 0; i < 2; i++) {
          figures[i] += Double.parseDouble(words[i]) * 1e9 / machines.size();
        }
      }
      return figures;
    }
  }

  /** The lines {@code JOB EXECUTORS BITS METRICS FROM TO} of this job. */
  private List<MeasuredRun> runs(String job) throws IOException {
    List<MeasuredRun> runs = new ArrayList<>();
    for (String line : Files.readAllLines(folder.resolve("runs"))) {
      String[] words = line.split(" ", -1);
      if (words[0].equals(job)) {
        double bits = words[2].equals("none") ? NO_LIMIT : Double.parseDouble(words[2]);
        runs.add(
            MeasuredRun.read(
                Integer.parseInt(words[1]),
                bits,
                Path.of(words[3]),
                Integer.parseInt(words[4]),
                Integer.parseInt(words[5])));
      }
    }
    return runs;
  }

  private static MeasuredRun find(List<MeasuredRun> runs, int executors) {
    return runs.stream()
        .filter(run -> run.executors() == executors && run.linkBits() == NO_LIMIT)
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "no run of %s executors without a limit".formatted(executors)));
  }

  private String table(
      String name,
      double parameters,
      double weightBytes,
      int prompts,
      int samples,
      int steps,
      int shards)
      throws IOException {
    List<MeasuredRun> runs = runs(name);
    MeasuredRun one = find(runs, 1);
    MeasuredRun two = find(runs, 2);
    // Of two executors each sends a half of the gradient, and then the other half's sum.
    double trained = two.sentBytes() / Float.BYTES / steps;
    double all = parameters == 0 ? trained : parameters;
    Job job =
        new Job(
            all,
            trained,
            weightBytes == 0 ? Float.BYTES * all : weightBytes,
            prompts * samples,
            prompts * (one.mean("train/total_length") - one.mean("train/response_length")),
            one.mean("train/response_length"),
            one.mean("tokens/policy_update"),
            steps,
            shards);
    double[] alone = machine(1);
    double[] pair = machine(2);
    Machine machine = new Machine(alone[0], alone[1], NO_LIMIT);
    ScalingModel model =
        new ScalingModel(job, machine, Rates.USUAL, NO_LIMIT)
            .fitted(one.parts(), two.parts(), new Machine(pair[0], pair[1], NO_LIMIT));
    StringBuilder text = new StringBuilder();
    text.append("%s: %s%n".formatted(name, job));
    text.append("fitted: %s, %s%n%n".formatted(model.rates(), model.machine()));
    text.append(
        "| job | executors | Gbit/s | | sampling | scoring | gradients | waiting | exchange | AdamW"
            + " | stages | all | difference |%n|---|---|---|---|---|---|---|---|---|---|---|---|---|%n"
                .formatted());
    for (MeasuredRun run : runs) {
      double[] figures = machine(run.executors());
      Parts said = model.on(figures[0], figures[1], run.linkBits()).parts(run.executors());
      Parts seen = run.parts();
      String rate =
          run.linkBits() == NO_LIMIT
              ? "-"
              : String.format(Locale.ROOT, "%.3g", run.linkBits() * 1e-9);
      String head = "| %s | %s | %s | ".formatted(name, run.executors(), rate);
      text.append(head).append("measured | ").append(cells(seen)).append("| |%n".formatted());
      text.append(head).append("model | ").append(cells(said));
      double difference = 100 * (said.total() / seen.total() - 1);
      text.append(String.format(Locale.ROOT, "| %+.0f %% |%n", difference));
    }
    return text.toString();
  }

  private static String cells(Parts parts) {
    return String.format(
        Locale.ROOT,
        "%.2f | %.2f | %.2f | %.2f | %.2f | %.2f | %.2f | %.2f ",
        parts.sampling(),
        parts.scoring(),
        parts.gradients(),
        parts.waiting(),
        parts.exchange(),
        parts.step(),
        parts.stages(),
        parts.total());
  }
}
