package org.align4j.core.samediff;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.align4j.core.batch.TokenBatch;
import org.align4j.core.engine.Inputs;
import org.align4j.core.ops.Ops;
import org.align4j.core.ops.WeightLayout;
import org.align4j.core.optim.AdamW;
import org.align4j.core.optim.AdamWSettings;
import org.align4j.core.tensor.Parameters;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Training must not eat memory. Needs glibc; elsewhere there is no such test. */
@Tag("isolated")
class NativeMemoryTest {

  private static final Optional<MemorySegment> MALLINFO =
      Linker.nativeLinker().defaultLookup().find("mallinfo2");
  private static final StructLayout INFO =
      MemoryLayout.structLayout(MemoryLayout.sequenceLayout(10, ValueLayout.JAVA_LONG));

  /**
   * One array of 32 KB leaked in a step is 32 MB over 1,000 steps; what malloc keeps and what the
   * JIT compiles meanwhile stay below a quarter.
   */
  private static final long LIMIT = 8L << 20;

  private static final int READINGS = 30;

  @TestFactory
  Stream<DynamicTest> nativeMemoryIsFlatOverAThousandSteps() {
    return MALLINFO.isPresent()
        ? Stream.of(DynamicTest.dynamicTest("1,000 steps", NativeMemoryTest::run))
        : Stream.empty();
  }

  private static void run() {
    settle();
    assertThat(
            Stream.generate(NativeMemoryTest::seesAnArray).limit(READINGS).anyMatch(seen -> seen))
        .as("malloc counts an array of 4 MB")
        .isTrue();
    OpCase definition =
        new OpCase(
            64,
            128,
            128,
            Map.of("w", new long[] {128, 128}),
            new OpCase.Body() {
              @Override
              public <T> T apply(Ops<T> ops, T x, Inputs<T> inputs) {
                T y = ops.linear(x, ops.parameter("w"), null, WeightLayout.OUT_IN);
                return ops.swiGlu(y, x);
              }
            });
    Parameters parameters = OpCase.parameters(definition, DataType.FLOAT, 1);
    TokenBatch[] batches = {OpCase.batch(16, 48), OpCase.batch(24, 8, 24, 8)};
    float[] coefficients = new float[64];
    Arrays.fill(coefficients, 1f);
    try (SameDiffNetwork network = SameDiffNetwork.create(definition, parameters);
        AdamW optimiser = new AdamW(parameters, AdamWSettings.DEFAULT)) {
      long start = 0;
      for (int step = 0; step < 1100; step++) {
        if (step == 100) {
          start = mallocBytes();
        }
        network.gradients().zero();
        network.forward(batches[step % 2]);
        network.backward(coefficients, null);
        optimiser.update(network.gradients());
      }
      // ND4J's deallocator thread frees what the collector found some time later; a leak stays.
      long growth = Long.MAX_VALUE;
      for (int reading = 0; reading < READINGS && growth >= LIMIT; reading++) {
        growth = Math.min(growth, mallocBytes() - start);
      }
      assertThat(growth).as("bytes of native memory over 1,000 steps").isLessThan(LIMIT);
    }
  }

  /** What tests before this one left to the collector is freed first, however long that takes. */
  private static void settle() {
    long last = Long.MAX_VALUE;
    for (int reading = 0; reading < READINGS; reading++) {
      long now = mallocBytes();
      if (now >= last) {
        return;
      }
      last = now;
    }
  }

  /** False where as much was freed meanwhile. */
  private static boolean seesAnArray() {
    long before = mallocBytes();
    try (INDArray array = Nd4j.ones(DataType.FLOAT, 1 << 20)) {
      return mallocBytes() - before >= array.length() * Float.BYTES;
    }
  }

  /**
   * Bytes that malloc has given out, in all arenas ({@code mallinfo2} of glibc: fields hblkhd and
   * uordblks). After a collection: ND4J's op contexts and shape pointers, about 50 KB a step, are
   * freed when their Java objects are collected.
   */
  private static long mallocBytes() {
    System.gc();
    LockSupport.parkNanos(500_000_000);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment info =
          (MemorySegment)
              Linker.nativeLinker()
                  .downcallHandle(MALLINFO.orElseThrow(), FunctionDescriptor.of(INFO))
                  .invokeExact((SegmentAllocator) arena);
      return info.getAtIndex(ValueLayout.JAVA_LONG, 4) + info.getAtIndex(ValueLayout.JAVA_LONG, 7);
    } catch (Throwable e) {
      throw new IllegalStateException("mallinfo2 could not be called", e);
    }
  }
}
