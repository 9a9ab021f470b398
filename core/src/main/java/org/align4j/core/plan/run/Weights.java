package org.align4j.core.plan.run;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.align4j.core.graph.PlanNode;
import org.align4j.core.kernel.Kernels;
import org.align4j.core.kernel.PackedMatrix;
import org.align4j.core.kernel.Panels;
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
  private final @Nullable BaseWeights base;
  private final NativeMemory memory;
  private final Map<String, PackedForm> forward = new LinkedHashMap<>();
  private final Map<String, PackedForm> transposed = new LinkedHashMap<>();
  private final Map<Long, NativeFloats> sharedTransposed = new HashMap<>();
  private @Nullable Gradients gradients;
  private @Nullable NativeFloats flatGradient;
  private final Map<String, Sum> sums = new LinkedHashMap<>();
  private final Set<String> inPlace = new HashSet<>();
  private boolean stale = true;
  private int version;

  /**
   * The weights of a network; packed forms of trained ones go into the memory.
   *
   * @param parameters that are trained
   * @param base all others; null where there are none
   */
  public Weights(
      Kernels kernels,
      Threads threads,
      Parameters parameters,
      @Nullable BaseWeights base,
      NativeMemory memory) {
    this.kernels = kernels;
    this.threads = threads;
    this.parameters = parameters;
    this.base = base;
    this.memory = memory;
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
    return base == null || trains(parameter)
        ? NativeFloats.of(parameters.get(parameter.name()))
        : base.floats(parameter);
  }

  /** Whether a parameter is trained: only then it has a gradient. */
  public boolean trains(PlanNode parameter) {
    return parameters.contains(parameter.name());
  }

  /** A parameter {@code [rows, columns]}. */
  public Matrix matrix(PlanNode parameter) {
    return floats(parameter).matrix(parameter.columns());
  }

  /** Rows of a table, whichever way it is held. */
  @FunctionalInterface
  public interface Rows {
    /** {@code y[n] = table[ids[n]]}. Split: rows n. */
    void gather(int[] ids, Matrix y, int from, int to);
  }

  /** The rows of a parameter {@code [rows, columns]}. */
  public Rows rows(PlanNode table) {
    if (base != null && !trains(table)) {
      Panels panels = base.packed(table, WeightLayout.OUT_IN);
      return (ids, y, from, to) -> kernels.products().gatherColumns(panels, ids, y, from, to);
    }
    Matrix matrix = matrix(table);
    return (ids, y, from, to) -> kernels.rows().gatherRows(matrix, ids, y, from, to);
  }

  /** Gradient of a parameter; of a frozen one, memory that nobody reads. */
  public NativeFloats gradient(PlanNode parameter) {
    if (!trains(parameter)) {
      return memory.allocate((long) parameter.rows() * parameter.columns());
    }
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
  public Panels packed(PlanNode weight, WeightLayout layout) {
    if (base != null && !trains(weight)) {
      return base.packed(weight, layout);
    }
    return forward.computeIfAbsent(
            weight.name() + ' ' + layout,
            key -> {
              boolean outIn = layout == WeightLayout.OUT_IN;
              int depth = outIn ? weight.columns() : weight.rows();
              int columns = outIn ? weight.rows() : weight.columns();
              stale = true;
              return new PackedForm(weight, layout, depth, columns, allocate(depth, columns));
            })
        .target;
  }

  /** The right-hand side of {@code dx = dy · Wᵀ}: packed when it is used, or kept if small. */
  public Transposed transposed(PlanNode weight, WeightLayout layout) {
    boolean outIn = layout == WeightLayout.OUT_IN;
    int depth = outIn ? weight.rows() : weight.columns();
    int columns = outIn ? weight.columns() : weight.rows();
    boolean keep = keepsTransposed(size());
    PackedForm packing =
        transposed.computeIfAbsent(
            weight.name() + ' ' + layout,
            key ->
                new PackedForm(
                    weight,
                    outIn ? WeightLayout.IN_OUT : WeightLayout.OUT_IN,
                    depth,
                    columns,
                    keep
                        ? allocate(depth, columns)
                        : sharedTransposed.computeIfAbsent(
                            kernels.products().packedLength(depth, columns), memory::allocate)));
    return new Transposed(this, packing, keep, trains(weight));
  }

  /** Whether a network of so many parameters keeps the transposed panels of all. */
  public static boolean keepsTransposed(long parameters) {
    return parameters <= KEPT_TRANSPOSED;
  }

  private long size() {
    return parameters.size() + (base == null ? 0 : base.weights().size());
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
      forward.values().forEach(PackedForm::pack);
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
    private final PackedForm packing;
    private final boolean kept;
    private final boolean trained;

    private Transposed(Weights weights, PackedForm packing, boolean kept, boolean trained) {
      this.weights = weights;
      this.packing = packing;
      this.kept = kept;
      this.trained = trained;
    }

    /** The panels; valid until another transposed weight is asked for. */
    PackedMatrix get() {
      int version = trained ? weights.version : 0;
      if (!kept || packing.version != version) {
        packing.pack();
        packing.version = version;
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

  private final class PackedForm implements Task {

    private final @Nullable Matrix source;
    private final @Nullable Panels frozen;
    private final WeightLayout layout;
    private final PackedMatrix target;
    private int version = -1;

    PackedForm(PlanNode weight, WeightLayout layout, int depth, int columns, NativeFloats memory) {
      BaseWeights shared = trains(weight) ? null : base;
      this.source = shared == null ? values(weight).matrix(weight.columns()) : null;
      // A frozen matrix is packed here to be transposed only: its panels have the other layout.
      boolean outIn = layout == WeightLayout.OUT_IN;
      this.frozen =
          shared == null
              ? null
              : shared.packed(weight, outIn ? WeightLayout.IN_OUT : WeightLayout.OUT_IN);
      this.layout = layout;
      this.target = kernels.products().packed(memory, depth, columns);
    }

    void pack() {
      threads.run(this, target.panels(), 4);
    }

    @Override
    public void run(int from, int to, Scratch scratch) {
      if (frozen != null) {
        kernels.products().packTransposed(frozen, target, from, to, scratch);
      } else if (source != null) {
        kernels.products().pack(source, layout, target, from, to);
      }
    }
  }
}
