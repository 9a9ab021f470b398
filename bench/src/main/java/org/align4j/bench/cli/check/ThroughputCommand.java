package org.align4j.bench.cli.check;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.align4j.bench.cli.console.Console;
import org.align4j.bench.cli.console.Failures;
import org.align4j.bench.cli.option.EngineOption;
import org.align4j.bench.throughput.ModelShapes;
import org.align4j.bench.throughput.Throughput;
import org.align4j.bench.throughput.ThroughputResult;
import org.align4j.models.checkpoint.Checkpoint;
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
        description =
            "Hugging Face folder or GGUF file whose shapes are measured; weights are random.")
    private @Nullable Path model;

    @Option(
        names = "--shapes",
        paramLabel = "smollm2-135m|tiny",
        description = "ModelShapes by name (default: smollm2-135m).")
    private @Nullable String shapes;
  }

  @Option(names = "--json", description = "Print one JSON object and nothing else.")
  private boolean json;

  @Mixin private EngineOption engine;

  public ThroughputCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws JsonProcessingException {
    String name = name();
    TransformerConfig config = Failures.usage(this::config);
    ThroughputResult result =
        new Throughput(
                name,
                config,
                engine.engine(),
                figure -> console.log().println("Measuring " + figure + " ..."))
            .measure();
    if (json) {
      console.print(new ObjectMapper().writeValueAsString(result));
    } else {
      show(result);
    }
    return 0;
  }

  private String name() {
    if (source == null) {
      return ModelShapes.DEFAULT;
    }
    return source.model != null ? source.model.toString() : String.valueOf(source.shapes);
  }

  private TransformerConfig config() {
    if (source == null || source.model == null) {
      return ModelShapes.named(name());
    }
    try (Checkpoint checkpoint = Checkpoint.load(source.model)) {
      return checkpoint.config();
    }
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
    line(
        "train    %.0f tok/s (%.2f per GFLOP/s of the peak), peak memory %.2f GB",
        r.trainTokensPerSecond(),
        r.trainTokensPerSecond() / r.fmaPeakGflops(),
        r.trainPeakMemoryGb());
    line(
        "score    %.0f tok/s (%.2f per GFLOP/s)",
        r.scoreTokensPerSecond(), r.scoreTokensPerSecond() / r.fmaPeakGflops());
    r.sampleTokensPerSecond()
        .forEach((slots, rate) ->
            line(
                "sample   %.0f tok/s at batch %s (%.2f per GFLOP/s, %.2f per GB/s)",
                rate, slots, rate / r.fmaPeakGflops(), rate / r.memoryGbs()));
  }

  private void line(String format, Object... values) {
    console.print(String.format(Locale.ROOT, format, values));
  }
}
