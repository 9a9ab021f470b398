package org.align4j.bench.cli.option;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import org.align4j.bench.cli.console.UsageException;
import org.align4j.core.engine.Engine;
import org.align4j.core.runtime.Resources;
import org.align4j.models.adapter.PeftFolder;
import org.align4j.models.checkpoint.StoredCheckpoint;
import org.align4j.models.policy.Policy;
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

  /** A policy that samples and scores; an adapter's base is held as stored in any case. */
  public Policy policy(Path model, ObjectNode templateKwargs, Engine engine) {
    return load(weights, model, templateKwargs, engine);
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
