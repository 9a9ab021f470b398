package org.align4j.bench.cli.model;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.align4j.bench.cli.console.Console;
import org.align4j.models.adapter.Adapter;
import org.align4j.models.adapter.PeftFolder;
import org.align4j.models.checkpoint.Checkpoint;
import org.align4j.models.checkpoint.HuggingFaceFolder;
import org.align4j.models.transformer.ModelHead;
import org.align4j.models.transformer.Transformer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Makes a model of an adapter and its base. */
@Command(
    name = "merge",
    mixinStandardHelpOptions = true,
    description =
        "Add a LoRA adapter to the weights of its base model and write a Hugging Face folder.")
public final class MergeCommand implements Callable<Integer> {

  private final Console console;

  @Option(
      names = "--adapter",
      required = true,
      paramLabel = "FOLDER",
      description = "PEFT's folder, or OUT/policy of a run with --lora.")
  private Path adapter = Path.of("");

  @Option(
      names = "--model",
      paramLabel = "FOLDER-OR-GGUF",
      description = "The base model (default: what the adapter's file names).")
  private @Nullable Path model;

  @Option(names = "--out", required = true, paramLabel = "FOLDER", description = "The new folder.")
  private Path out = Path.of("");

  public MergeCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    Path base = model == null ? Path.of(PeftFolder.base(adapter)) : model;
    try (Checkpoint checkpoint = Checkpoint.load(base)) {
      var network = new Transformer(checkpoint.config(), ModelHead.LANGUAGE);
      try (Adapter low = PeftFolder.load(adapter, network)) {
        low.mergeInto(checkpoint.parameters());
        HuggingFaceFolder.save(out, checkpoint);
        console.print(low.modules().size() + " matrices merged; the model is in " + out);
      }
    }
    return 0;
  }
}
