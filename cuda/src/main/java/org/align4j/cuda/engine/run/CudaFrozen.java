package org.align4j.cuda.engine.run;

import com.google.common.collect.ImmutableList;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.Map;
import org.align4j.core.engine.FrozenWeights;
import org.align4j.core.graph.PlanNode;
import org.align4j.core.kernel.memory.NativeMemory;
import org.align4j.core.kernel.stored.StoredFormat;
import org.align4j.core.kernel.stored.StoredMatrix;
import org.align4j.core.tensor.StoredWeights;
import org.align4j.cuda.driver.Device;
import org.align4j.cuda.kernel.DeviceMatrix;
import org.align4j.cuda.kernel.Weight;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Frozen weights in device memory, each copied at its first use, whatever number of networks read
 * it: matrices that are stored in bfloat16 as they are, all others as float32.
 */
public final class CudaFrozen implements FrozenWeights {

  /** Bytes that are made ready on the host at once. */
  private static final long PIECE = 4L << 20;

  private final StoredWeights weights;
  private final Gpu gpu;
  private final Map<String, Weight> matrices = new HashMap<>();
  private final Map<String, Long> vectors = new HashMap<>();

  /** Takes over weights. */
  public CudaFrozen(StoredWeights weights, Gpu gpu) {
    this.weights = weights;
    this.gpu = gpu;
  }

  /** Where the copies are. */
  public Gpu gpu() {
    return gpu;
  }

  /** The weights as they are stored. */
  public StoredWeights weights() {
    return weights;
  }

  @Override
  public ImmutableList<String> names() {
    return weights.names();
  }

  @Override
  public long size() {
    return weights.size();
  }

  @Override
  public INDArray load(String name) {
    return weights.load(name);
  }

  /** Bytes of an element of a matrix on the device. */
  public static int elementBytes(StoredWeights weights, String name) {
    return isBfloat16(weights, name) ? Short.BYTES : Float.BYTES;
  }

  private static boolean isBfloat16(StoredWeights weights, String name) {
    return weights.shape(name).length == 2
        && !weights.isTransposed(name)
        && weights.matrix(name).format() == StoredFormat.BF16;
  }

  /** A matrix as products and look-ups read it. */
  Weight matrix(PlanNode parameter) {
    Weight there = matrices.get(parameter.name());
    if (there == null) {
      there = copyMatrix(parameter);
      matrices.put(parameter.name(), there);
    }
    return there;
  }

  /** All values of a parameter as float32. */
  long floats(PlanNode parameter) {
    Long there = vectors.get(parameter.name());
    if (there == null) {
      there = copyFloats(parameter);
      vectors.put(parameter.name(), there);
    }
    return there;
  }

  private long copyFloats(PlanNode parameter) {
    try (INDArray array = weights.load(parameter.name())) {
      return HostArrays.copy(gpu.device(), array);
    }
  }

  private Weight copyMatrix(PlanNode parameter) {
    int rows = parameter.rows();
    int columns = parameter.columns();
    String name = parameter.name();
    if (weights.shape(name).length != 2 || weights.isTransposed(name)) {
      return Weight.of(DeviceMatrix.dense(copyFloats(parameter), rows, columns));
    }
    StoredMatrix source = weights.matrix(name);
    boolean narrow = source.format() == StoredFormat.BF16;
    long pitch = (long) columns * (narrow ? Short.BYTES : Float.BYTES);
    Device device = gpu.device();
    long address = device.allocate(rows * pitch);
    int piece = (int) Math.max(1, Math.min(rows, PIECE / pitch));
    float[] row = new float[narrow ? 0 : columns];
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment host = arena.allocate(piece * pitch, Float.BYTES);
      for (int from = 0; from < rows; from += piece) {
        int count = Math.min(piece, rows - from);
        for (int r = 0; r < count; r++) {
          if (narrow) {
            source.copyRow(from + r, host, r * pitch);
          } else {
            source.decodeRow(from + r, row);
            MemorySegment.copy(row, 0, host, ValueLayout.JAVA_FLOAT, r * pitch, columns);
          }
        }
        device.write(address + from * pitch, host.asSlice(0, count * pitch));
      }
    }
    source.unload();
    NativeMemory.trim();
    return new Weight(address, rows, columns, columns, narrow);
  }

  @Override
  public void close() {
    synchronized (gpu) {
      matrices.values().forEach(matrix -> gpu.device().free(matrix.address()));
      vectors.values().forEach(gpu.device()::free);
      matrices.clear();
      vectors.clear();
    }
    weights.close();
  }
}
