package org.align4j.bench.cli.check;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.align4j.bench.cli.console.Console;
import org.align4j.bench.cli.console.Failures;
import org.align4j.bench.cli.console.OptionChecks;
import org.align4j.bench.cli.option.EngineOption;
import org.align4j.bench.throughput.ModelShapes;
import org.align4j.bench.throughput.SamplingPair;
import org.align4j.bench.throughput.Throughput;
import org.align4j.bench.throughput.ThroughputResult;
import org.align4j.models.checkpoint.StoredCheckpoint;
import org.align4j.models.transformer.TransformerConfig;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Speed and memory beside the machine's bounds. */
@Command(
    name = "throughput",
    mixinStandardHelpOptions = true,
    description =
        "Measure training, scoring and sampling beside the arithmetic and memory bounds of this machine.")
public final class ThroughputCommand implements Callable<Integer> {

  private final Console console;

  @ArgGroup(multiplicity = "0..1")
  private @Nullable Source source;

  /** What is measured. */
  static final class Source {
    @Option(
        names = "--model",
        paramLabel = "FOLDER",
        description = "Hugging Face folder or GGUF file whose shapes are measured, weights random.")
    private @Nullable Path model;

    @Option(
        names = "--shapes",
        paramLabel = "smollm2-135m|tiny",
        description = "Shapes by name (default: smollm2-135m).")
    private @Nullable String shapes;
  }

  @Option(
      names = "--stored",
      description = "Scoring and sampling with the weights of --model, as their file stores them.")
  private boolean stored;

  @Option(
      names = "--beside-float32",
      paramLabel = "BATCHES",
      split = ",",
      description =
          "Sampling alone, with the --stored weights and with float32 ones in turn, of so many sequences at once: 1,4.")
  private List<Integer> besideFloat32 = List.of();

  @Option(names = "--json", description = "Print one JSON object and nothing else.")
  private boolean json;

  @Mixin private EngineOption engine;

  public ThroughputCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws JsonProcessingException {
    String name = name();
    OptionChecks.that(
        !stored || (source != null && source.model != null), "--stored needs --model");
    OptionChecks.that(besideFloat32.isEmpty() || stored, "--beside-float32 needs --stored");
    OptionChecks.that(
        besideFloat32.stream().allMatch(batch -> batch > 0),
        "--beside-float32: batches are above 0");
    if (!besideFloat32.isEmpty() && source != null && source.model != null) {
      compare(source.model);
      return 0;
    }
    ThroughputResult result = measured(name);
    if (json) {
      console.print(new ObjectMapper().writeValueAsString(result));
    } else {
      show(result);
    }
    return 0;
  }

  private void tell(String figure) {
    console.log().println("Measuring " + figure + " ...");
  }

  private void compare(Path model) throws JsonProcessingException {
    List<SamplingPair> pairs;
    try (StoredCheckpoint opened = Failures.usage(() -> StoredCheckpoint.open(model))) {
      var throughput =
          new Throughput(model.toString(), opened.config(), engine.engine(), this::tell);
      pairs = throughput.besideFloat32(opened.weights(), besideFloat32);
    }
    if (json) {
      console.print(new ObjectMapper().writeValueAsString(Map.of("beside_float32", pairs)));
      return;
    }
    for (SamplingPair pair : pairs) {
      line(
          "decode   batch %d: %.0f tok/s as stored, %.0f in float32: %.2f times",
          pair.batch(), pair.stored(), pair.float32(), pair.ratio());
    }
  }

  private ThroughputResult measured(String name) {
    Throughput.Progress progress = this::tell;
    if (source == null || source.model == null) {
      TransformerConfig shapes = Failures.usage(() -> ModelShapes.named(name));
      return new Throughput(name, shapes, engine.engine(), progress).measure();
    }
    Path model = source.model;
    try (StoredCheckpoint opened = Failures.usage(() -> StoredCheckpoint.open(model))) {
      var throughput = new Throughput(name, opened.config(), engine.engine(), progress);
      return stored ? throughput.measure(opened.weights()) : throughput.measure();
    }
  }

  private String name() {
    if (source == null) {
      return ModelShapes.DEFAULT;
    }
    return source.model != null ? source.model.toString() : String.valueOf(source.shapes);
  }

  private void show(ThroughputResult r) {
    console.print(
        "model    "
            + r.model()
            + ", "
            + r.kernels()
            + " kernels, "
            + r.threads()
            + " threads, JDK "
            + r.jdk());
    line(
        "bound    %.0f GFLOP/s multiply-add peak, %.1f GB/s memory",
        r.fmaPeakGflops(), r.memoryGbs());
    line(
        "product  %.0f GFLOP/s (%.0f %% of the peak) for 2048 x 576 x 1536",
        r.gemmGflops(), 100 * r.gemmGflops() / r.fmaPeakGflops());
    if (!stored) {
      line(
          "train    %.0f tok/s (%.2f per GFLOP/s of the peak), peak memory %.2f GB",
          r.trainTokensPerSecond(),
          r.trainTokensPerSecond() / r.fmaPeakGflops(),
          r.trainPeakMemoryGb());
    }
    line(
        "score    %.0f tok/s (%.2f per GFLOP/s)",
        r.scoreTokensPerSecond(), r.scoreTokensPerSecond() / r.fmaPeakGflops());
    rates("sample", r.sampleTokensPerSecond(), r);
    rates("decode", r.decodeTokensPerSecond(), r);
  }

  private void rates(String name, Map<String, Double> bySlots, ThroughputResult r) {
    bySlots.forEach((slots, rate) ->
        line(
            "%-8s %.0f tok/s at batch %s (%.2f per GFLOP/s, %.2f per GB/s)",
            name, rate, slots, rate / r.fmaPeakGflops(), rate / r.memoryGbs()));
  }

  private void line(String format, Object... values) {
    console.print(String.format(Locale.ROOT, format, values));
  }
}
