package org.align4j.cuda.engine;

import java.util.Arrays;
import java.util.Objects;
import java.util.function.Predicate;
import org.align4j.core.engine.Head;
import org.align4j.core.engine.NetworkDefinition;
import org.align4j.core.engine.NetworkMemory;
import org.align4j.core.engine.NetworkMemory.Passes;
import org.align4j.core.graph.Graph;
import org.align4j.core.graph.PlanNode;
import org.align4j.core.graph.PlanOps;
import org.align4j.core.ops.Ops.Op;
import org.align4j.core.plan.decode.CacheRows;
import org.align4j.core.plan.layout.Backward;
import org.align4j.core.runtime.Precision;
import org.align4j.core.runtime.Resources;
import org.align4j.core.tensor.StoredWeights;
import org.align4j.cuda.driver.Device;
import org.align4j.cuda.engine.decode.CudaPasses;
import org.align4j.cuda.engine.head.LanguageHeadCuda;
import org.align4j.cuda.engine.op.CudaPlan;
import org.align4j.cuda.engine.op.HeadPadding;
import org.align4j.cuda.engine.run.CudaFrozen;
import org.align4j.cuda.engine.run.Gpu;
import org.align4j.cuda.engine.run.RopeTables;

/** What networks of the CUDA engine take of the device's memory, told from their graphs. */
final class CudaMemory implements NetworkMemory.Estimate {

  private static final int LEAST_TOKENS = 256;
  private static final int MOST_TOKENS = 1 << 20;

  /** A network's part of the device where nothing else is said. */
  private static final long USUAL_PART = 8;

  private final NetworkDefinition definition;
  private final Graph graph;
  private final Predicate<String> trained;
  private final Budget budget;

  /**
   * What a network may use for activations.
   *
   * @param bytes of device memory
   * @param recompute whether activations are made again in the backward pass
   * @param workspace bytes of products, which all networks share: each counts them, so that a job
   *     is told too large rather than too small
   */
  record Budget(long bytes, boolean recompute, long workspace) {

    /** How a training pass keeps activations. */
    Backward backward() {
      return recompute ? Backward.RECOMPUTE : Backward.KEEP;
    }

    /** Tokens of a training pass of so many bytes per token. */
    int trainTokens(long bytesPerToken) {
      return tokens(bytes / 4 * 3, bytesPerToken);
    }

    /** Tokens that are scored at once. */
    int scoreTokens(long bytesPerToken) {
      return tokens(bytes / 8, bytesPerToken);
    }

    private static int tokens(long room, long bytesPerToken) {
      long fitting = Math.min(room / bytesPerToken, MOST_TOKENS);
      return (int) Math.max(LEAST_TOKENS, fitting / 64 * 64);
    }
  }

  CudaMemory(NetworkDefinition definition, Predicate<String> trained, Budget budget) {
    this.definition = definition;
    this.graph = PlanOps.record(definition);
    this.trained = trained;
    this.budget = budget;
  }

  /**
   * What resources say, else a part of all memory that the device has: what is free at the moment
   * would cut batches elsewhere each time.
   */
  static Budget budget(Resources resources, Device device) {
    long bytes =
        resources.memory() == Resources.USUAL_MEMORY
            ? Math.max(Resources.USUAL_MEMORY, device.properties().memory() / USUAL_PART)
            : resources.memory();
    return new Budget(
        bytes, resources.recompute(), resources.precision() == Precision.BF16 ? Gpu.WORKSPACE : 0);
  }

  /** Bytes of weights that are not trained, as they are kept on the device. */
  static long frozen(
      NetworkDefinition definition, Predicate<String> trained, StoredWeights weights) {
    return definition.parameterShapes().entrySet().stream()
        .filter(shape -> !trained.test(shape.getKey()))
        .mapToLong(
            shape -> CudaFrozen.elementBytes(weights, shape.getKey()) * elements(shape.getValue()))
        .sum();
  }

  private boolean trains(PlanNode parameter) {
    return trained.test(parameter.name());
  }

  @Override
  public NetworkMemory of(Passes passes) {
    long size =
        definition.parameterShapes().entrySet().stream()
            .filter(shape -> trained.test(shape.getKey()))
            .mapToLong(shape -> Float.BYTES * elements(shape.getValue()))
            .sum();
    boolean learns = size > 0 && passes.batch() > 0;
    long activations =
        scoring(passes) + head() + tables() + budget.workspace() + (learns ? training(passes) : 0);
    return new NetworkMemory(
        size, learns ? size : 0, learns ? 2 * size : 0, activations, cache(passes));
  }

  private long training(Passes passes) {
    long perToken = CudaPlan.bytesPerToken(graph, this::trains, budget.backward());
    int fitting = budget.trainTokens(perToken);
    long tokens =
        Math.max(passes.sequence(), Math.min(fitting, passes.batch() + passes.batch() / 2));
    return tokens * perToken;
  }

  private long scoring(Passes passes) {
    long perToken = CudaPlan.bytesPerToken(graph, parameter -> false, Backward.NONE);
    long scored = Math.max(passes.sequence(), budget.scoreTokens(perToken));
    if (passes.slots() == 0) {
      return perToken * scored;
    }
    long decoded = Math.max(passes.sequence(), Math.max(passes.slots(), CudaPasses.PROMPT_TOKENS));
    return perToken * (scored + decoded) + CudaPasses.bytes(graph, passes.slots());
  }

  private long head() {
    return graph.head() instanceof Head.Language<PlanNode> head
        ? LanguageHeadCuda.bytes(head.weight().rows(), head.weight().columns())
        : 0;
  }

  private long tables() {
    return graph.operations().stream()
        .map(op -> op.op() instanceof Op.Rope<PlanNode> rope ? rope.table() : null)
        .filter(Objects::nonNull)
        .distinct()
        .mapToLong(RopeTables::bytes)
        .sum();
  }

  /** Of prompts and what follows them; a window keeps less. */
  private long cache(Passes passes) {
    return graph.operations().stream()
        .map(op -> op.op().attends())
        .filter(Objects::nonNull)
        .map(HeadPadding::wide)
        .mapToLong(heads -> {
          long rows = CacheRows.most(heads.window(), passes.sequence());
          return 2L * Float.BYTES * heads.key() * heads.headDim() * rows * passes.slots();
        })
        .sum();
  }

  private static long elements(long[] shape) {
    return Arrays.stream(shape).reduce(1, (a, b) -> a * b);
  }
}
