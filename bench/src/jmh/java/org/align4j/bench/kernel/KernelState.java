package org.align4j.bench.kernel;

import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.align4j.core.kernel.Kernels;
import org.align4j.core.kernel.PackedMatrix;
import org.align4j.core.kernel.Panels;
import org.align4j.core.kernel.ProductKernels;
import org.align4j.core.kernel.Threads;
import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.kernel.memory.NativeFloats;
import org.align4j.core.kernel.memory.NativeMemory;
import org.align4j.core.kernel.stored.StoredFormat;
import org.align4j.core.kernel.stored.StoredMatrix;
import org.align4j.core.ops.WeightLayout;
import org.align4j.core.runtime.Resources;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Kernels, threads and memory of a benchmark, and random operands. */
@State(Scope.Benchmark)
public class KernelState {

  final Kernels kernels = Resources.shared().kernels();
  private final Random random = new Random(1);
  NativeMemory memory = new NativeMemory();
  Threads threads = new Threads(1);

  /** Starts the threads. */
  @Setup
  public void open() {
    threads.close();
    threads = Threads.ofProcessors();
    memory = new NativeMemory();
  }

  /** Frees everything. */
  @TearDown
  public void close() {
    threads.close();
    memory.close();
  }

  Matrix matrix(int rows, int columns) {
    return floats((long) rows * columns).matrix(columns);
  }

  NativeFloats floats(long count) {
    NativeFloats floats = memory.allocate(count);
    float[] values = new float[1 << 12];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    for (long at = 0; at < count; at += values.length) {
      int length = (int) Math.min(values.length, count - at);
      floats.slice(at, length).copyFrom(values, 0, length);
    }
    return floats;
  }

  PackedMatrix packed(int depth, int columns) {
    PackedMatrix packed =
        kernels
            .products()
            .packed(
                memory.allocate(kernels.products().packedLength(depth, columns)), depth, columns);
    kernels
        .products()
        .pack(matrix(depth, columns), WeightLayout.IN_OUT, packed, 0, packed.panels());
    return packed;
  }

  /** A weight as its file stores it, of random blocks. */
  Panels stored(StoredFormat format, int depth, int columns) {
    byte[] bytes = new byte[(int) format.bytes((long) depth * columns)];
    random.nextBytes(bytes);
    for (int i = 0; i < bytes.length; i++) {
      // so that every half precision number is finite
      bytes[i] &= 0x3f;
    }
    int floatBytes = format.isQuantised() ? 0 : (int) format.bytes(1);
    for (int i = floatBytes - 1; floatBytes > 0 && i < bytes.length; i += floatBytes) {
      // ... and no float so small that products are slow
      bytes[i] |= 0x3c;
    }
    ProductKernels products = kernels.products();
    Panels panels =
        products.stored(
            memory.allocate(products.storedLength(format, depth, columns)), format, depth, columns);
    products.pack(
        StoredMatrix.of(format, columns, depth, MemorySegment.ofArray(bytes)),
        WeightLayout.OUT_IN,
        panels,
        0,
        panels.panels());
    return panels;
  }
}
