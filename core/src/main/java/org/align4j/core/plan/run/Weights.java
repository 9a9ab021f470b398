package org.align4j.core.plan.run;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.align4j.core.graph.PlanNode;
import org.align4j.core.kernel.Kernels;
import org.align4j.core.kernel.PackedMatrix;
import org.align4j.core.kernel.Scratch;
import org.align4j.core.kernel.Task;
import org.align4j.core.kernel.Threads;
import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.kernel.memory.NativeFloats;
import org.align4j.core.kernel.memory.NativeMemory;
import org.align4j.core.ops.WeightLayout;
import org.align4j.core.tensor.Gradients;
import org.align4j.core.tensor.Parameters;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * The parameters as kernels want them: in place, packed for products, and their gradients. Other
 * forms are made anew at the first use after {@link #changed}.
 */
public final class Weights {

  /** Up to this many floats the transposed panels are kept too, not made at each use. */
  private static final long KEPT_TRANSPOSED = 32L << 20;

  private final Kernels kernels;
  private final Threads threads;
  private final Parameters parameters;
  private final NativeMemory memory;
  private final Map<String, Packing> forward = new LinkedHashMap<>();
  private final Map<String, Packing> transposed = new LinkedHashMap<>();
  private final Map<Long, NativeFloats> sharedTransposed = new HashMap<>();
  private @Nullable Gradients gradients;
  private @Nullable NativeFloats flatGradient;
  private final Map<String, Sum> sums = new LinkedHashMap<>();
  private final Set<String> inPlace = new HashSet<>();
  private boolean stale = true;
  private int version;

  /** The weights of a network; packed forms go into the memory. */
  public Weights(Kernels kernels, Threads threads, Parameters parameters, NativeMemory memory) {
    this.kernels = kernels;
    this.threads = threads;
    this.parameters = parameters;
    this.memory = memory;
  }

  /** Checks that the parameters are those a definition declares. */
  public static void check(Map<String, long[]> shapes, Parameters parameters) {
    shapes.forEach((name, shape) -> {
      checkArgument(
          parameters.contains(name), "the network needs parameter %s, which is missing", name);
      var array = parameters.get(name);
      checkArgument(
          Arrays.equals(array.shape(), shape),
          "%s is %s, the network needs %s",
          name,
          Arrays.toString(array.shape()),
          Arrays.toString(shape));
      checkArgument(
          array.dataType() == DataType.FLOAT,
          "%s is %s: the plan engine computes in FLOAT; the SameDiff engine takes others",
          name,
          array.dataType());
    });
  }

  /** All values of a parameter. */
  public NativeFloats floats(PlanNode parameter) {
    inPlace.add(parameter.name());
    return values(parameter);
  }

  /** A parameter plus a constant, up to date from {@link #refresh} on. */
  public NativeFloats plus(PlanNode parameter, float offset) {
    if (offset == 0) {
      return floats(parameter);
    }
    return sums.computeIfAbsent(
            parameter.name() + ' ' + offset,
            key -> {
              NativeFloats source = floats(parameter);
              stale = true;
              return new Sum(source, offset, memory.allocate(source.length()));
            })
        .target;
  }

  private NativeFloats values(PlanNode parameter) {
    return NativeFloats.of(parameters.get(parameter.name()));
  }

  /** A parameter {@code [rows, columns]}. */
  public Matrix matrix(PlanNode parameter) {
    return floats(parameter).matrix(parameter.columns());
  }

  /** Gradient of a parameter. */
  public NativeFloats gradient(PlanNode parameter) {
    NativeFloats flat = flatGradient;
    if (flat == null) {
      flat = NativeFloats.of(gradients().flat());
      flatGradient = flat;
    }
    return flat.slice(
        parameters.offset(parameter.name()), parameters.get(parameter.name()).length());
  }

  /** Gradient of a parameter {@code [rows, columns]}. */
  public Matrix gradientMatrix(PlanNode parameter) {
    return gradient(parameter).matrix(parameter.columns());
  }

  /** The right-hand side of {@code y = x · W}, kept and up to date from {@link #refresh} on. */
  public PackedMatrix packed(PlanNode weight, WeightLayout layout) {
    return forward.computeIfAbsent(
            weight.name() + ' ' + layout,
            key -> {
              boolean outIn = layout == WeightLayout.OUT_IN;
              int depth = outIn ? weight.columns() : weight.rows();
              int columns = outIn ? weight.rows() : weight.columns();
              stale = true;
              return new Packing(weight, layout, depth, columns, allocate(depth, columns));
            })
        .target;
  }

  /** The right-hand side of {@code dx = dy · Wᵀ}: packed when it is used, or kept if small. */
  public Transposed transposed(PlanNode weight, WeightLayout layout) {
    boolean outIn = layout == WeightLayout.OUT_IN;
    int depth = outIn ? weight.rows() : weight.columns();
    int columns = outIn ? weight.columns() : weight.rows();
    boolean keep = parameters.size() <= KEPT_TRANSPOSED;
    Packing packing =
        transposed.computeIfAbsent(
            weight.name() + ' ' + layout,
            key ->
                new Packing(
                    weight,
                    outIn ? WeightLayout.IN_OUT : WeightLayout.OUT_IN,
                    depth,
                    columns,
                    keep
                        ? allocate(depth, columns)
                        : sharedTransposed.computeIfAbsent(
                            kernels.products().packedLength(depth, columns), memory::allocate)));
    return new Transposed(this, packing, keep);
  }

  private NativeFloats allocate(int depth, int columns) {
    return memory.allocate(kernels.products().packedLength(depth, columns));
  }

  /** Packed forms and sums are out of date. */
  public void changed() {
    stale = true;
    version++;
  }

  /** Makes the packed forms and sums anew where parameters were written. */
  public void refresh() {
    if (stale) {
      forward.values().forEach(Packing::pack);
      sums.values().forEach(Sum::add);
      stale = false;
    }
  }

  /** Packs what is not packed yet and frees the parameters that are read in that form only. */
  public void freeze() {
    refresh();
    parameters.free(
        forward.keySet().stream()
            .map(key -> key.substring(0, key.lastIndexOf(' ')))
            .filter(name -> !inPlace.contains(name))
            .collect(Collectors.toSet()));
  }

  /** The parameters in place. */
  public Parameters parameters() {
    return parameters;
  }

  /** The gradients, made at the first call: a network that only scores has none. */
  public Gradients gradients() {
    Gradients made = gradients;
    if (made == null) {
      made = new Gradients(parameters);
      gradients = made;
    }
    return made;
  }

  /** Frees the gradients; the parameters belong to their maker. */
  public void close() {
    if (gradients != null) {
      gradients.close();
    }
  }

  /** A transposed weight. */
  static final class Transposed {

    private final Weights weights;
    private final Packing packing;
    private final boolean kept;

    private Transposed(Weights weights, Packing packing, boolean kept) {
      this.weights = weights;
      this.packing = packing;
      this.kept = kept;
    }

    /** The panels; valid until another transposed weight is asked for. */
    PackedMatrix get() {
      if (!kept || packing.version != weights.version) {
        packing.pack();
        packing.version = weights.version;
      }
      return packing.target;
    }
  }

  /** A vector plus a constant: a few floats, added one by one. */
  private record Sum(NativeFloats source, float offset, NativeFloats target) {

    void add() {
      for (long i = 0; i < source.length(); i++) {
        target.set(i, source.get(i) + offset);
      }
    }
  }

  private final class Packing implements Task {

    private final Matrix source;
    private final WeightLayout layout;
    private final PackedMatrix target;
    private int version = -1;

    Packing(PlanNode weight, WeightLayout layout, int depth, int columns, NativeFloats memory) {
      this.source = values(weight).matrix(weight.columns());
      this.layout = layout;
      this.target = kernels.products().packed(memory, depth, columns);
    }

    void pack() {
      threads.run(this, target.panels(), 4);
    }

    @Override
    public void run(int from, int to, Scratch scratch) {
      kernels.products().pack(source, layout, target, from, to);
    }
  }
}
