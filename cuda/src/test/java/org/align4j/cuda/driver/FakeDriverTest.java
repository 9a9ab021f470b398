package org.align4j.cuda.driver;

import static org.align4j.cuda.driver.Probes.download;
import static org.align4j.cuda.driver.Probes.function;
import static org.align4j.cuda.driver.Probes.upload;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What the emulated driver computes is right, and what would go wrong on a GPU goes wrong. */
final class FakeDriverTest {

  /** Small whole numbers: exact in bfloat16, and so are their sums. */
  @Test
  void aTensorCoreMultipliesMatrices() {
    try (NativeDevice device = Probes.driver().open()) {
      Random random = new Random(1);
      float[] a = new float[16 * 16];
      float[] b = new float[8 * 16];
      for (int i = 0; i < a.length; i++) {
        a[i] = random.nextInt(-9, 10);
      }
      for (int i = 0; i < b.length; i++) {
        b[i] = random.nextInt(-9, 10);
      }
      float[] expected = new float[16 * 8];
      for (int m = 0; m < 16; m++) {
        for (int n = 0; n < 8; n++) {
          for (int k = 0; k < 16; k++) {
            expected[m * 8 + n] += a[m * 16 + k] * b[n * 16 + k];
          }
        }
      }
      long c = device.allocate(4L * expected.length);
      function(device, "tensor_bf16")
          .launch(1, 1, 1, 32, Arguments.of(upload(device, a), upload(device, b), c));
      assertThat(download(device, c, expected.length)).isEqualTo(expected);
    }
  }

  @Test
  void aCopyIsThereWhenItWasWaitedForAndNotBefore() {
    try (NativeDevice device = Probes.driver().open()) {
      float[] values = new float[256];
      values[255] = 5;
      long x = upload(device, values);
      long y = device.allocate(1024);
      Device.Function copies = function(device, "copies");
      copies.launch(1, 1, 1, 64, Arguments.of(x, y, 0));
      assertThat(download(device, y, 1)).containsExactly(5);
      copies.launch(1, 1, 1, 64, Arguments.of(x, y, 1));
      assertThat(download(device, y, 1)).containsExactly(Float.NaN);
    }
  }

  @Test
  void memoryThatNobodyWroteReadsAsNotANumber() {
    try (NativeDevice device = Probes.driver().open()) {
      assertThat(download(device, device.allocate(8), 2)).containsExactly(Float.NaN, Float.NaN);
    }
  }

  @Test
  void aCopyBeyondAnAllocationIsRefused() {
    try (NativeDevice device = Probes.driver().open()) {
      long at = device.allocate(8);
      assertThatThrownBy(() -> device.write(at, MemorySegment.ofArray(new float[3])))
          .hasMessageContaining("an upload of 12 bytes goes beyond an allocation");
    }
  }

  @Test
  void freeingTwiceIsRefused() {
    try (NativeDevice device = Probes.driver().open()) {
      long at = device.allocate(8);
      device.free(at);
      assertThatThrownBy(() -> device.free(at)).hasMessageContaining("is freed twice");
    }
  }

  @Test
  void aKernelIsNotGivenFreedMemory() {
    try (NativeDevice device = Probes.driver().open()) {
      long at = device.allocate(8);
      device.free(at);
      function(device, "add_number").launch(1, 1, 1, 32, Arguments.of(at, 2, 1f));
      assertThatThrownBy(device::synchronize)
          .hasMessageContaining("add_number: argument 0")
          .hasMessageContaining("CUDA_ERROR_ILLEGAL_ADDRESS");
    }
  }

  @Test
  void aGraphThatUsesFreedMemoryIsFoundOut() {
    try (NativeDevice device = Probes.driver().open()) {
      long at = device.allocate(8);
      Device.Function add = function(device, "add_number");
      try (Device.Graph graph =
          device.capture(() -> add.launch(1, 1, 1, 32, Arguments.of(at, 2, 1f)))) {
        device.free(at);
        graph.launch();
        assertThatThrownBy(device::synchronize).hasMessageContaining("or freed");
      }
    }
  }

  @Test
  void aKernelThatWritesBeyondAnAllocationIsFoundOut() {
    try (NativeDevice device = Probes.driver().open()) {
      long at = device.allocate(12);
      function(device, "writes_beyond").launch(1, 1, 1, 32, Arguments.of(at, 3));
      assertThatThrownBy(device::synchronize)
          .hasMessageContaining("a kernel wrote beside the 12 bytes");
    }
  }

  @Test
  void lanesThatWaitForNobodyAreFoundOut() {
    try (NativeDevice device = Probes.driver().open()) {
      long at = device.allocate(1024);
      function(device, "waits_crosswise").launch(1, 1, 1, 64, Arguments.of(at));
      assertThatThrownBy(device::synchronize)
          .hasMessageContaining("waits_crosswise, block [0, 0, 0]")
          .hasMessageContaining("CUDA_ERROR_LAUNCH_FAILED");
    }
    try (NativeDevice device = Probes.driver().open()) {
      long at = upload(device, new float[1]);
      function(device, "add_number").launch(1, 1, 1, 32, Arguments.of(at, 1, 1f));
      assertThat(download(device, at, 1)).as("the next device computes").containsExactly(1);
    }
  }

  @Test
  void moreThreadsThanAKernelWasCompiledForAreRefused() {
    try (NativeDevice device = Probes.driver().open()) {
      Device.Function add = function(device, "add_number");
      assertThatThrownBy(() -> add.launch(1, 1, 1, 512, Arguments.of(0L, 0, 0f)))
          .hasMessageContaining("CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES");
    }
  }

  @Test
  void aKernelThatTheSourcesLackIsNotFound() {
    try (NativeDevice device = Probes.driver().open()) {
      assertThatThrownBy(() -> function(device, "not_in_the_sources"))
          .hasMessageContaining("the sources that this driver was built from");
    }
  }

  @Test
  void anAllocationFailsWhereATestWantsIt() {
    try (NativeDevice device = Probes.driver().open("allocation=2")) {
      device.allocate(4);
      assertThatThrownBy(() -> device.allocate(4))
          .hasMessageContaining("memory is used up: 1 MiB more");
    }
  }
}
