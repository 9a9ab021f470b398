package org.align4j.bench.cli.option;

import java.util.Locale;
import org.align4j.bench.cli.console.Failures;
import org.align4j.bench.cli.console.OptionChecks;
import org.align4j.bench.cli.console.UsageException;
import org.align4j.core.engine.Engine;
import org.align4j.core.runtime.Precision;
import org.align4j.core.runtime.Resources;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The engine and what it may use, the same options for every command. */
public final class EngineOption {

  @Option(
      names = "--engine",
      defaultValue = "plan",
      paramLabel = "plan|samediff|cuda",
      description =
          "What runs the networks: plan, samediff, cuda (an NVIDIA card), or one of a jar on the"
              + " class path (default: ${DEFAULT-VALUE}).")
  private String engine;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description =
          "Threads that compute (default: one per processor); results do not depend on it."
              + " SameDiff's are OMP_NUM_THREADS.")
  private @Nullable Integer threads;

  @Option(
      names = "--memory",
      paramLabel = "BYTES|512m|8g",
      description =
          "Memory that each network may use for activations and logits, beside weights, gradients"
              + " and caches (default: 1g).")
  private @Nullable String memory;

  @Option(
      names = "--recompute",
      description =
          "Keep only some activations of a training pass and make the others again: less memory,"
              + " about a third more time (plan).")
  private boolean recompute;

  @Option(
      names = "--precision",
      defaultValue = "fp32",
      paramLabel = "fp32|tf32|bf16",
      description =
          "How factors of matrix products are rounded, sums and master weights being float32: below"
              + " fp32 with --engine cuda alone (default: ${DEFAULT-VALUE}).")
  private String precision;

  private boolean shared;

  /** The engine; before the first network, the resources are set. */
  public Engine engine() {
    if (threads != null) {
      OptionChecks.atLeastOne("--threads", threads);
    }
    if (recompute && engine.equals(Engine.SAMEDIFF.name())) {
      throw new UsageException(
          "--recompute is of --engine plan: samediff keeps what its graph needs");
    }
    Engine chosen = Failures.usage(() -> Engine.of(engine));
    Precision products =
        Failures.usage(() -> {
          Precision wanted = Precision.of(precision);
          chosen.checkPrecision(wanted);
          return wanted;
        });
    if (!shared && (threads != null || memory != null || recompute || products != Precision.FP32)) {
      Resources.share(
          threads == null ? Runtime.getRuntime().availableProcessors() : threads,
          memory == null ? Resources.USUAL_MEMORY : bytes(memory),
          recompute,
          products);
      shared = true;
    }
    return chosen;
  }

  /** Options on which results depend, where they are not the defaults, each after a space. */
  public String needed() {
    return (engine.equals(Engine.PLAN.name()) ? "" : " --engine " + engine)
        + (memory == null ? "" : " --memory " + memory)
        + (recompute ? " --recompute" : "")
        + (precision.equals(Precision.FP32.label()) ? "" : " --precision " + precision);
  }

  /** Of the engine, as it is given. */
  public String name() {
    return engine;
  }

  /** Of products, as it is given. */
  public String precision() {
    return precision;
  }

  private static long bytes(String text) {
    String number = text.strip().toLowerCase(Locale.ROOT).replaceFirst("i?b$", "");
    int shift =
        switch (number.isEmpty() ? ' ' : number.charAt(number.length() - 1)) {
          case 'k' -> 10;
          case 'm' -> 20;
          case 'g' -> 30;
          case 't' -> 40;
          default -> 0;
        };
    try {
      double value =
          Double.parseDouble(shift == 0 ? number : number.substring(0, number.length() - 1));
      return (long) (value * (1L << shift));
    } catch (NumberFormatException e) {
      throw new UsageException("--memory %s: write 512m or 8g".formatted(text), e);
    }
  }
}
