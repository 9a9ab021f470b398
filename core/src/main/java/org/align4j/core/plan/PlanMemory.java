package org.align4j.core.plan;

import com.google.common.collect.ImmutableList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.align4j.core.engine.Head;
import org.align4j.core.engine.NetworkDefinition;
import org.align4j.core.engine.NetworkMemory;
import org.align4j.core.engine.NetworkMemory.Passes;
import org.align4j.core.graph.Graph;
import org.align4j.core.graph.PlanNode;
import org.align4j.core.graph.PlanOps;
import org.align4j.core.kernel.HeadKernels;
import org.align4j.core.kernel.ProductKernels;
import org.align4j.core.ops.WeightLayout;
import org.align4j.core.plan.decode.CacheRows;
import org.align4j.core.plan.decode.PlanPasses;
import org.align4j.core.plan.head.LanguageHead;
import org.align4j.core.plan.layout.Backward;
import org.align4j.core.plan.op.OpPlan;
import org.align4j.core.plan.op.OpPlan.Weight;
import org.align4j.core.plan.op.Plan;
import org.align4j.core.plan.run.Weights;
import org.align4j.core.runtime.Resources;
import org.align4j.core.tensor.StoredWeights;
import org.jspecify.annotations.Nullable;

/** What networks of the plan engine take, told from their graphs. */
final class PlanMemory implements NetworkMemory.Estimate {

  private final NetworkDefinition definition;
  private final Graph graph;
  private final Predicate<String> trained;
  private final ImmutableList<OpPlan> ops;
  private final ImmutableList<Weight> products;
  private final Resources resources;
  private final ProductKernels kernels;
  private final long trainedBytes;
  private final long trainedToken;
  private final long scoredToken;

  PlanMemory(NetworkDefinition definition, Predicate<String> trained, Resources resources) {
    this.definition = definition;
    this.graph = PlanOps.record(definition);
    this.trained = trained;
    this.ops =
        graph.operations().stream()
            .map(op -> OpPlan.of(op, this::trains))
            .collect(ImmutableList.toImmutableList());
    this.products = present(OpPlan::product).collect(ImmutableList.toImmutableList());
    this.resources = resources;
    this.kernels = resources.kernels().products();
    this.trainedBytes =
        definition.parameterShapes().entrySet().stream()
            .filter(shape -> trained.test(shape.getKey()))
            .mapToLong(shape -> Float.BYTES * elements(shape.getValue()))
            .sum();
    Backward backward = resources.recompute() ? Backward.RECOMPUTE : Backward.KEEP;
    this.trainedToken = trainedBytes == 0 ? 0 : Plan.bytesPerToken(graph, this::trains, backward);
    this.scoredToken = Plan.bytesPerToken(graph, parameter -> false, Backward.NONE);
  }

  private boolean trains(PlanNode parameter) {
    return trained.test(parameter.name());
  }

  private Stream<Weight> present(Function<OpPlan, @Nullable Weight> weight) {
    return ops.stream().map(weight).filter(Objects::nonNull);
  }

  /** Bytes of weights that are kept as stored: packed for products, looked up in their panels. */
  long frozen(StoredWeights weights) {
    long vectors =
        definition.parameterShapes().entrySet().stream()
            .filter(shape -> !trained.test(shape.getKey()) && shape.getValue().length == 1)
            .mapToLong(shape -> elements(shape.getValue()))
            .sum();
    long matrices =
        once(
            Stream.concat(rightHandSides(), present(OpPlan::table))
                .filter(weight -> !trains(weight.parameter())),
            PlanMemory::form,
            weight ->
                kernels.storedLength(
                    weights.matrix(weight.parameter().name()).format(),
                    weight.depth(),
                    weight.columns()));
    return Float.BYTES * (vectors + matrices);
  }

  @Override
  public NetworkMemory of(Passes passes) {
    long size = trainedBytes;
    if (size == 0 || passes.batch() == 0) {
      return new NetworkMemory(size + packed(), 0, 0, scoring(passes) + logits(), cache(passes));
    }
    return new NetworkMemory(
        size + packed() + transposed(),
        size,
        2 * size,
        training(passes) + scoring(passes) + logits() + savedLogits(),
        cache(passes));
  }

  /** Of prompts and what follows them; a window keeps less. */
  private long cache(Passes passes) {
    return graph.operations().stream()
        .map(op -> op.op().attends())
        .filter(Objects::nonNull)
        .mapToLong(heads -> {
          long rows = CacheRows.most(heads.window(), passes.sequence());
          return 2L * Float.BYTES * heads.key() * heads.headDim() * rows * passes.slots();
        })
        .sum();
  }

  private long packed() {
    return Float.BYTES
        * once(
            rightHandSides().filter(weight -> trains(weight.parameter())),
            PlanMemory::form,
            weight -> kernels.packedLength(weight.depth(), weight.columns()));
  }

  /** Right-hand sides of the inputs' gradients: each kept, or one for all of a size. */
  private long transposed() {
    boolean kept =
        Weights.keepsTransposed(
            definition.parameterShapes().values().stream().mapToLong(PlanMemory::elements).sum());
    ToLongFunction<Weight> length =
        weight -> kernels.packedLength(weight.columns(), weight.depth());
    return Float.BYTES
        * once(
            products.stream(),
            weight -> kept ? form(weight) : String.valueOf(length.applyAsLong(weight)),
            length);
  }

  private long training(Passes passes) {
    int fitting = PlanNetwork.tokens(0, resources.trainBytes(), trainedToken);
    long tokens =
        Math.max(passes.sequence(), Math.min(fitting, passes.batch() + passes.batch() / 2));
    long panels =
        products.stream().mapToInt(Weight::gradientColumns).distinct().asLongStream().sum();
    return tokens * (trainedToken + Float.BYTES * panels);
  }

  private long scoring(Passes passes) {
    int fitting = PlanNetwork.tokens(0, resources.scoreBytes(), scoredToken);
    long scored = Math.max(passes.sequence(), fitting);
    long decoded =
        passes.slots() == 0
            ? 0
            : Math.max(passes.sequence(), Math.max(passes.slots(), PlanPasses.PROMPT_TOKENS));
    return scoredToken * (scored + decoded);
  }

  /** Of one slice of the vocabulary, with its hidden states. */
  private long logits() {
    if (!(graph.head() instanceof Head.Language<PlanNode> head)) {
      return 0;
    }
    long columns = head.weight().columns();
    long slice = Math.min(head.weight().rows(), HeadKernels.SLICE);
    return Float.BYTES * (LanguageHead.BLOCK * (slice + 2 * columns) + slice * columns);
  }

  private long savedLogits() {
    return graph.head() instanceof Head.Language<PlanNode> head
        ? Math.min(
            resources.logitBytes(), (long) Float.BYTES * LanguageHead.BLOCK * head.weight().rows())
        : 0;
  }

  private Stream<Weight> rightHandSides() {
    return graph.head() instanceof Head.Language<PlanNode> head
        ? Stream.concat(
            products.stream(), Stream.of(new Weight(head.weight(), WeightLayout.OUT_IN, 0)))
        : products.stream();
  }

  /** Several ops may read a weight in the same form. */
  private static String form(Weight weight) {
    return weight.parameter().name() + ' ' + weight.layout();
  }

  private static long once(
      Stream<Weight> weights, Function<Weight, String> key, ToLongFunction<Weight> length) {
    Set<String> seen = new HashSet<>();
    return weights.filter(weight -> seen.add(key.apply(weight))).mapToLong(length).sum();
  }

  private static long elements(long[] shape) {
    return Arrays.stream(shape).reduce(1, (a, b) -> a * b);
  }
}
