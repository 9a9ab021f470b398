package org.align4j.bench.cli.option;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Optional;
import org.align4j.algorithms.run.data.PolicyFiles;
import org.align4j.algorithms.run.memory.JobMemory;
import org.align4j.algorithms.run.memory.JobMemory.Networks;
import org.align4j.algorithms.run.memory.JobMemory.Tuning;
import org.align4j.bench.cli.console.UsageException;
import org.align4j.bench.compare.MachineMemory;
import org.align4j.core.engine.Engine;
import org.align4j.core.engine.NetworkMemory.Passes;
import org.align4j.core.runtime.Resources;
import org.align4j.models.adapter.PeftFolder;
import org.align4j.models.checkpoint.StoredCheckpoint;
import org.align4j.models.policy.Policy;
import org.align4j.models.transformer.ModelHead;
import picocli.CommandLine.Option;

/** How a command that trains nothing holds a model's weights. */
public final class WeightsOption {

  private static final String STORED = "stored";
  private static final String FLOAT32 = "float32";

  @Option(
      names = "--weights",
      defaultValue = STORED,
      paramLabel = "stored|float32",
      description =
          "How weights are held: as their file stores them, or widened; results are the same (default: ${DEFAULT-VALUE}).")
  private String weights;

  @Option(
      names = "--dry-run",
      description = "Check prompts and model, print what memory it will take, and end.")
  private boolean dryRun;

  /** Whether the command ends once memory is told. */
  public boolean dryRun() {
    return dryRun;
  }

  /**
   * Prints what it will take, on a dry run; refuses what cannot fit.
   *
   * @param opened the model, whose weights are not read
   */
  public void checkMemory(
      Path model, StoredCheckpoint opened, Passes passes, Engine engine, PrintStream log) {
    Optional<String> path = Optional.of(model.toString());
    boolean adapted = PeftFolder.isAdapter(model);
    var memory =
        new JobMemory(
            opened,
            engine,
            Resources.shared(),
            adapted
                ? PolicyFiles.tuning(path, opened, Optional.empty(), Optional.empty())
                : Tuning.frozen(weights.equals(FLOAT32)),
            Networks.alone(ModelHead.LANGUAGE),
            passes);
    if (dryRun) {
      log.println(memory.plan().text());
    }
    memory.check(MachineMemory.available());
  }

  /**
   * A policy that samples and scores; an adapter's base is held as stored in any case.
   *
   * @param opened the model, closed with the policy or after it
   */
  public Policy policy(
      Path model, StoredCheckpoint opened, ObjectNode templateKwargs, Engine engine) {
    return weights.equals(STORED) && !PeftFolder.isAdapter(model)
        ? Policy.frozen(opened, engine, Resources.shared())
        : load(weights, model, templateKwargs, engine);
  }

  /** As it is given. */
  public String name() {
    return weights;
  }

  /** The same of weights held as this name says. */
  public static Policy load(String weights, Path model, ObjectNode templateKwargs, Engine engine) {
    if (!weights.equals(STORED) && !weights.equals(FLOAT32)) {
      throw new UsageException("--weights %s: it is stored or float32".formatted(weights));
    }
    Resources resources = Resources.shared();
    if (weights.equals(FLOAT32) || PeftFolder.isAdapter(model)) {
      return Policy.load(model, templateKwargs, engine, resources);
    }
    StoredCheckpoint checkpoint = StoredCheckpoint.open(model);
    try {
      return Policy.frozen(checkpoint.withTemplateKwargs(templateKwargs), engine, resources);
    } catch (RuntimeException e) {
      checkpoint.close();
      throw e;
    }
  }
}
