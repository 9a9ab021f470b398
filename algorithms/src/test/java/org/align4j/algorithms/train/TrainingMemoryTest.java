package org.align4j.algorithms.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.align4j.algorithms.settings.RlSettings;
import org.align4j.core.engine.Engine;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Training must not eat native memory. Needs glibc; elsewhere there is no such test. */
@Tag("isolated")
class TrainingMemoryTest {

  private static final Optional<MemorySegment> MALLINFO =
      Linker.nativeLinker().defaultLookup().find("mallinfo2");
  private static final StructLayout INFO =
      MemoryLayout.structLayout(MemoryLayout.sequenceLayout(10, ValueLayout.JAVA_LONG));
  private static final int STEPS = Integer.getInteger("align4j.steps", 200);

  /** What the JIT compiles meanwhile; 10 KB leaked in each of 200 steps would be 2 MB. */
  private static final long LIMIT = 2L << 20;

  private static final int READINGS = 20;

  @TempDir Path folder;

  @TestFactory
  Stream<DynamicTest> nativeMemoryIsFlat() {
    return MALLINFO.isEmpty()
        ? Stream.empty()
        : Stream.of(
            DynamicTest.dynamicTest("over many steps", TrainingMemoryTest::steps),
            DynamicTest.dynamicTest("over many resumes", this::resumes));
  }

  private static final RlSettings SETTINGS =
      TinyRun.SETTINGS.withAlgorithm("ppo").with("rewards.normalize", "running");

  private static void steps() {
    try (TinyRun run = new TinyRun(SETTINGS, Engine.PLAN)) {
      flat(run.trainer::step);
    }
  }

  /** Two networks, each with two moments, of 5 KB together. */
  private void resumes() {
    try (TinyRun run = new TinyRun(SETTINGS, Engine.PLAN)) {
      run.trainer.save(folder.resolve("state"));
      flat(() -> run.trainer.resume(folder.resolve("state")));
    }
  }

  private static void flat(Runnable step) {
    for (int i = 0; i < 50; i++) {
      step.run();
    }
    long start = mallocBytes();
    for (int i = 0; i < STEPS; i++) {
      step.run();
    }
    // ND4J's deallocator thread frees what the collector found some time later; a leak stays.
    long growth = Long.MAX_VALUE;
    for (int reading = 0; reading < READINGS && growth >= LIMIT; reading++) {
      growth = Math.min(growth, mallocBytes() - start);
    }
    assertThat(growth).as("bytes of native memory over %s steps", STEPS).isLessThan(LIMIT);
  }

  /** Bytes that malloc has given out ({@code mallinfo2}: fields hblkhd and uordblks). */
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
