package org.align4j.core.ops;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import org.jspecify.annotations.Nullable;

/**
 * The vocabulary that models are written in, once; each engine interprets it in its own way, by an
 * exhaustive switch over {@link Op}: an op that an engine does not answer for does not compile.
 *
 * <p>Axis letters: N packed tokens, D hidden, V vocabulary, H heads. All values are float32
 * (float64 where the engine was asked for it), all activations are two-dimensional {@code [N,
 * columns]}. Which tokens form a sequence, and which prefix several share, is a property of the
 * batch ({@link org.align4j.core.batch.SequenceLayout}) and not of the model: the engine applies it
 * in {@link #attention}.
 *
 * @param <T> a node of the engine's graph
 */
public interface Ops<T> {

  /** The trainable parameter of this name, as the network definition declares it. */
  T parameter(String name);

  /** Adds an op; answers its output. */
  T apply(Op<T> op);

  /** Rows of a table: {@code [V,D],[N] -> [N,D]}; ids are the batch's tokens or positions. */
  default T embedding(T table, T ids) {
    return apply(new Op.Embedding<>(table, ids));
  }

  /**
   * Root-mean-square norm, {@code x · weight / sqrt(mean(x²) + eps)}. A weight {@code [d]} on
   * {@code [N, k·d]} normalises each block of d columns by itself (Qwen3's per-head norms).
   */
  default T rmsNorm(T x, T weight, float eps) {
    return rmsNorm(x, weight, eps, 0);
  }

  /**
   * {@link #rmsNorm} by {@code weight + offset}: Gemma's checkpoints hold weights less one, so that
   * 0 changes nothing.
   */
  default T rmsNorm(T x, T weight, float eps, float offset) {
    return apply(new Op.RmsNorm<>(x, weight, eps, offset));
  }

  /**
   * Layer norm over the columns: {@code (x − mean) / sqrt(var + eps) · weight + bias}, variance
   * with ddof 0.
   */
  default T layerNorm(T x, T weight, T bias, float eps) {
    return apply(new Op.LayerNorm<>(x, weight, bias, eps));
  }

  /**
   * Matrix product {@code [N,in] -> [N,out]} plus a bias {@code [out]}, the weight as its
   * checkpoint stores it.
   */
  default T linear(T x, T weight, @Nullable T bias, WeightLayout layout) {
    return apply(new Op.Linear<>(x, weight, bias, layout));
  }

  /** Columns {@code [from, to)}: splits fused projections. */
  default T columns(T x, int from, int to) {
    return apply(new Op.Columns<>(x, from, to));
  }

  /** Rotary positions in the split-half form on {@code [N, k·headDim]}; {@code positions [N]}. */
  default T rope(T x, RopeTable table, T positions) {
    return apply(new Op.Rope<>(x, table, positions));
  }

  /**
   * Causal grouped-query attention with scale {@code 1/sqrt(headDim)}: {@code q [N, H·headDim]},
   * {@code k, v [N, Hk·headDim] -> [N, H·headDim]}. A token attends to all that its segment
   * continues and to its segment up to itself, both within {@link Heads#window}.
   */
  default T attention(T q, T k, T v, Heads heads) {
    return apply(new Op.Attention<>(q, k, v, heads));
  }

  /** {@code silu(gate) ⊙ up}. */
  default T swiGlu(T gate, T up) {
    return apply(new Op.SwiGlu<>(gate, up));
  }

  /** {@code gelu(gate) ⊙ up} with GELU's tanh form ({@link Gelu#TANH}). */
  default T geGlu(T gate, T up) {
    return apply(new Op.GeGlu<>(gate, up));
  }

  /** Gaussian error linear unit in the form named. */
  default T gelu(T x, Gelu form) {
    return apply(new Op.GeluOf<>(x, form));
  }

  /** {@code factor · x}. */
  default T scale(T x, float factor) {
    return apply(new Op.Scale<>(x, factor));
  }

  /** Sum of two arrays of one shape. */
  default T add(T a, T b) {
    return apply(new Op.Add<>(a, b));
  }

  /** Shapes of an engine's nodes. Each answers only for what it names, or refuses the node. */
  interface Shapes<T> {

    /** Columns of an activation. */
    int columns(String op, T activation);

    /** Rows of a parameter, 1 of a vector. */
    int parameterRows(String op, T parameter);

    /** Columns of a parameter, the length of a vector. */
    int parameterColumns(String op, T parameter);

    /** Whether a node is the batch's token ids. */
    boolean areTokens(T node);

    /** Whether a node is the batch's positions. */
    boolean arePositions(T node);

    /** Checks that an activation has so many columns. */
    default void width(String op, T activation, int expected) {
      int columns = columns(op, activation);
      checkArgument(
          columns == expected,
          "%s: %s columns expected, %s has %s",
          op,
          expected,
          activation,
          columns);
    }

    /** Checks that a parameter is a vector of this length. */
    default void vector(String op, T parameter, int length) {
      int rows = parameterRows(op, parameter);
      int columns = parameterColumns(op, parameter);
      checkArgument(
          rows == 1 && columns == length,
          "%s: [%s] expected, %s is [%s,%s]",
          op,
          length,
          parameter,
          rows,
          columns);
    }
  }

  /** One op: operands and attributes, with the rule of its shape. What it computes is above. */
  sealed interface Op<T> {

    /** The activations it reads. */
    ImmutableList<T> inputs();

    /** The parameters it reads. */
    default ImmutableList<T> parameters() {
      return ImmutableList.of();
    }

    /**
     * Checks the operands; answers the columns of the output.
     *
     * @throws IllegalArgumentException for operands that do not fit, naming both
     */
    int columns(Shapes<T> shapes);

    /** Longest sequence it can take. */
    default int positionLimit(Shapes<T> shapes) {
      return Integer.MAX_VALUE;
    }

    /** Token ids must be below this. */
    default int tokenLimit(Shapes<T> shapes) {
      return Integer.MAX_VALUE;
    }

    /** Where the output is nothing but some columns of an activation: which. */
    default @Nullable View<T> view() {
      return null;
    }

    /** The shape of its attention, whose keys and values a decoder caches; null for none. */
    default @Nullable Heads attends() {
      return null;
    }

    /** Columns of an activation from this one on. */
    record View<T>(T whole, int from) {}

    /** {@link Ops#embedding}. */
    record Embedding<T>(T table, T ids) implements Op<T> {
      @Override
      public ImmutableList<T> inputs() {
        return ImmutableList.of();
      }

      @Override
      public ImmutableList<T> parameters() {
        return ImmutableList.of(table);
      }

      @Override
      public int columns(Shapes<T> shapes) {
        int columns = shapes.parameterColumns("embedding", table);
        checkArgument(
            shapes.areTokens(ids) || shapes.arePositions(ids),
            "embedding of %s: ids are the tokens or the positions of the batch",
            ids);
        return columns;
      }

      @Override
      public int positionLimit(Shapes<T> shapes) {
        return shapes.arePositions(ids)
            ? shapes.parameterRows("embedding", table)
            : Integer.MAX_VALUE;
      }

      @Override
      public int tokenLimit(Shapes<T> shapes) {
        return shapes.areTokens(ids) ? shapes.parameterRows("embedding", table) : Integer.MAX_VALUE;
      }
    }

    /** {@link Ops#rmsNorm}. */
    record RmsNorm<T>(T x, T weight, float eps, float offset) implements Op<T> {
      @Override
      public ImmutableList<T> inputs() {
        return ImmutableList.of(x);
      }

      @Override
      public ImmutableList<T> parameters() {
        return ImmutableList.of(weight);
      }

      @Override
      public int columns(Shapes<T> shapes) {
        int columns = shapes.columns("rmsNorm", x);
        int block = shapes.parameterColumns("rmsNorm", weight);
        checkArgument(
            shapes.parameterRows("rmsNorm", weight) == 1 && columns % block == 0,
            "rmsNorm of %s by %s: the columns must be a multiple of the weight's",
            x,
            weight);
        return columns;
      }
    }

    /** {@link Ops#layerNorm}. */
    record LayerNorm<T>(T x, T weight, T bias, float eps) implements Op<T> {
      @Override
      public ImmutableList<T> inputs() {
        return ImmutableList.of(x);
      }

      @Override
      public ImmutableList<T> parameters() {
        return ImmutableList.of(weight, bias);
      }

      @Override
      public int columns(Shapes<T> shapes) {
        int columns = shapes.columns("layerNorm", x);
        shapes.vector("layerNorm", weight, columns);
        shapes.vector("layerNorm", bias, columns);
        return columns;
      }
    }

    /** {@link Ops#linear}. */
    record Linear<T>(T x, T weight, @Nullable T bias, WeightLayout layout) implements Op<T> {
      @Override
      public ImmutableList<T> inputs() {
        return ImmutableList.of(x);
      }

      @Override
      public ImmutableList<T> parameters() {
        return bias == null ? ImmutableList.of(weight) : ImmutableList.of(weight, bias);
      }

      @Override
      public int columns(Shapes<T> shapes) {
        boolean outIn = layout == WeightLayout.OUT_IN;
        int rows = shapes.parameterRows("linear", weight);
        int columns = shapes.parameterColumns("linear", weight);
        int in = outIn ? columns : rows;
        int out = outIn ? rows : columns;
        checkArgument(
            in == shapes.columns("linear", x),
            "linear of %s by %s (%s): the weight takes %s columns",
            x,
            weight,
            layout,
            in);
        if (bias != null) {
          shapes.vector("linear", bias, out);
        }
        return out;
      }
    }

    /** {@link Ops#columns}. */
    record Columns<T>(T x, int from, int to) implements Op<T> {
      @Override
      public ImmutableList<T> inputs() {
        return ImmutableList.of(x);
      }

      @Override
      public int columns(Shapes<T> shapes) {
        checkArgument(
            from >= 0 && from < to && to <= shapes.columns("columns", x),
            "columns [%s, %s) of %s",
            from,
            to,
            x);
        return to - from;
      }

      @Override
      public View<T> view() {
        return new View<>(x, from);
      }
    }

    /** {@link Ops#rope}. */
    record Rope<T>(T x, RopeTable table, T positions) implements Op<T> {
      @Override
      public ImmutableList<T> inputs() {
        return ImmutableList.of(x);
      }

      @Override
      public int columns(Shapes<T> shapes) {
        int columns = shapes.columns("rope", x);
        checkArgument(
            shapes.arePositions(positions),
            "rope by %s: it takes the batch's positions",
            positions);
        checkArgument(
            columns % table.headDim() == 0,
            "rope of %s: the columns must be a multiple of headDim (%s)",
            x,
            table.headDim());
        return columns;
      }

      @Override
      public int positionLimit(Shapes<T> shapes) {
        return table.positions();
      }
    }

    /** {@link Ops#attention}. */
    record Attention<T>(T q, T k, T v, Heads heads) implements Op<T> {
      @Override
      public ImmutableList<T> inputs() {
        return ImmutableList.of(q, k, v);
      }

      @Override
      public int columns(Shapes<T> shapes) {
        int columns = heads.query() * heads.headDim();
        shapes.width("attention queries", q, columns);
        shapes.width("attention keys", k, heads.key() * heads.headDim());
        shapes.width("attention values", v, heads.key() * heads.headDim());
        return columns;
      }

      @Override
      public Heads attends() {
        return heads;
      }
    }

    /** {@link Ops#swiGlu}. */
    record SwiGlu<T>(T gate, T up) implements Op<T> {
      @Override
      public ImmutableList<T> inputs() {
        return ImmutableList.of(gate, up);
      }

      @Override
      public int columns(Shapes<T> shapes) {
        int columns = shapes.columns("swiGlu", gate);
        shapes.width("swiGlu up", up, columns);
        return columns;
      }
    }

    /** {@link Ops#geGlu}. */
    record GeGlu<T>(T gate, T up) implements Op<T> {
      @Override
      public ImmutableList<T> inputs() {
        return ImmutableList.of(gate, up);
      }

      @Override
      public int columns(Shapes<T> shapes) {
        int columns = shapes.columns("geGlu", gate);
        shapes.width("geGlu up", up, columns);
        return columns;
      }
    }

    /** {@link Ops#gelu}. */
    record GeluOf<T>(T x, Gelu form) implements Op<T> {
      @Override
      public ImmutableList<T> inputs() {
        return ImmutableList.of(x);
      }

      @Override
      public int columns(Shapes<T> shapes) {
        return shapes.columns("gelu", x);
      }
    }

    /** {@link Ops#scale}. */
    record Scale<T>(T x, float factor) implements Op<T> {
      @Override
      public ImmutableList<T> inputs() {
        return ImmutableList.of(x);
      }

      @Override
      public int columns(Shapes<T> shapes) {
        return shapes.columns("scale", x);
      }
    }

    /** {@link Ops#add}. */
    record Add<T>(T a, T b) implements Op<T> {
      @Override
      public ImmutableList<T> inputs() {
        return ImmutableList.of(a, b);
      }

      @Override
      public int columns(Shapes<T> shapes) {
        int columns = shapes.columns("add", a);
        shapes.width("add", b, columns);
        return columns;
      }
    }
  }
}
