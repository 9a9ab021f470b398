package org.align4j.cuda.check.model;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Maps;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.align4j.core.kernel.stored.StoredFormat;
import org.align4j.core.kernel.stored.StoredMatrix;
import org.align4j.core.tensor.Parameters;
import org.align4j.core.tensor.StoredWeights;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Random weights of a shape. All parameters share one run of host memory, which nobody writes: only
 * the copies on the device are trained. Matrices have numbers of deviation 0.02, norms 1.
 */
final class RandomWeights implements AutoCloseable {

  /** Numbers that are drawn; longer runs repeat them. */
  private static final int DRAWN = 1 << 22;

  /** Rows of frozen matrices lie in this many bytes, over and over. */
  private static final long FROZEN_BYTES = 64L << 20;

  private final Arena arena = Arena.ofShared();
  private final ImmutableMap<String, long[]> shapes;
  private final MemorySegment matrices;
  private final MemorySegment ones;

  /** Trained parameters and frozen ones of a shape. */
  RandomWeights(LlamaShape shape) {
    shapes = shape.parameterShapes();
    long longest =
        shapes.entrySet().stream()
            .filter(entry -> shape.trains(entry.getKey()))
            .mapToLong(entry -> elements(entry.getValue()))
            .max()
            .orElse(0);
    matrices = repeated(drawn(), Math.max(FROZEN_BYTES, Float.BYTES * longest));
    ones = arena.allocate(Float.BYTES << 16, 64);
    for (int i = 0; i < 1 << 16; i++) {
      ones.setAtIndex(ValueLayout.JAVA_FLOAT, i, 1);
    }
  }

  private static float[] drawn() {
    SplittableRandom random = new SplittableRandom(1);
    float[] values = new float[DRAWN];
    for (int i = 0; i < DRAWN; i++) {
      values[i] = 0.07f * ((float) random.nextDouble() - 0.5f);
    }
    return values;
  }

  private MemorySegment repeated(float[] values, long bytes) {
    MemorySegment all = arena.allocate(bytes, 64);
    MemorySegment once = MemorySegment.ofArray(values);
    for (long at = 0; at < bytes; at += once.byteSize()) {
      long count = Math.min(once.byteSize(), bytes - at);
      MemorySegment.copy(once, 0, all, at, count);
    }
    return all;
  }

  private static long elements(long[] shape) {
    return Arrays.stream(shape).reduce(1, (a, b) -> a * b);
  }

  private INDArray array(long[] shape) {
    return FlatArray.of((shape.length == 1 ? ones : matrices).address(), shape);
  }

  /** The parameters that a network trains. */
  Parameters trained(LlamaShape shape) {
    Map<String, INDArray> arrays = new LinkedHashMap<>();
    shapes.forEach((name, axes) -> {
      if (shape.trains(name)) {
        arrays.put(name, array(axes));
      }
    });
    return arrays.isEmpty() ? Parameters.none(DataType.FLOAT) : Parameters.of(arrays);
  }

  /** All others, in bfloat16. */
  StoredWeights frozen(LlamaShape shape) {
    return new Frozen(
        ImmutableMap.copyOf(Maps.filterKeys(shapes, name -> !shape.trains(name))), bfloat16());
  }

  private MemorySegment bfloat16() {
    int count = (int) (FROZEN_BYTES / Short.BYTES);
    MemorySegment halves = arena.allocate(FROZEN_BYTES, 64);
    for (int i = 0; i < count; i++) {
      int bits = matrices.getAtIndex(ValueLayout.JAVA_INT, i % DRAWN);
      halves.setAtIndex(ValueLayout.JAVA_SHORT, i, (short) (bits >>> 16));
    }
    return halves;
  }

  private final class Frozen implements StoredWeights {

    private final ImmutableMap<String, long[]> of;
    private final MemorySegment halves;

    Frozen(ImmutableMap<String, long[]> of, MemorySegment halves) {
      this.of = of;
      this.halves = halves;
    }

    @Override
    public ImmutableList<String> names() {
      return of.keySet().asList();
    }

    @Override
    public long[] shape(String name) {
      long[] shape = of.get(name);
      if (shape == null) {
        throw new IllegalArgumentException(name + " is not frozen");
      }
      return shape;
    }

    @Override
    public StoredMatrix matrix(String name) {
      int rows = (int) shape(name)[0];
      int columns = (int) shape(name)[1];
      int distinct = (int) Math.min(rows, FROZEN_BYTES / Short.BYTES / columns);
      return StoredMatrix.of(StoredFormat.BF16, distinct, columns, halves)
          .rows(IntStream.range(0, rows).map(row -> row % distinct).toArray());
    }

    @Override
    public boolean isTransposed(String name) {
      return false;
    }

    @Override
    public INDArray load(String name) {
      return array(shape(name));
    }

    @Override
    public void close() {}
  }

  @Override
  public void close() {
    arena.close();
  }
}
