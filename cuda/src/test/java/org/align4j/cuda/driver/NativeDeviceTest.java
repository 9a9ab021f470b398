package org.align4j.cuda.driver;

import static org.align4j.cuda.driver.Probes.download;
import static org.align4j.cuda.driver.Probes.function;
import static org.align4j.cuda.driver.Probes.upload;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The driver's functions are called as they want to be, with a driver of our own. */
final class NativeDeviceTest {

  private static float[] counting(int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = i;
    }
    return values;
  }

  /** More than both halves of the staging memory, so that each is used again. */
  @Test
  void whatIsWrittenIsRead() {
    try (NativeDevice device = Probes.driver().open()) {
      float[] values = counting(5_000_001);
      assertThat(download(device, upload(device, values), values.length)).isEqualTo(values);
    }
  }

  @Test
  void hostMemoryMayBeUsedAgainAfterAWrite() {
    try (NativeDevice device = Probes.driver().open()) {
      float[] values = {1, 2, 3};
      long at = upload(device, values);
      Arrays.fill(values, 9);
      assertThat(download(device, at, 3)).containsExactly(1, 2, 3);
    }
  }

  @Test
  void memoryIsFilledAndCopied() {
    try (NativeDevice device = Probes.driver().open()) {
      long from = device.allocate(16);
      device.fill(from, Float.floatToRawIntBits(2.5f), 4);
      long to = upload(device, new float[] {1, 1, 1, 1});
      device.copy(from, to + 8, 8);
      assertThat(download(device, to, 4)).containsExactly(1, 1, 2.5f, 2.5f);
    }
  }

  @Test
  void aKernelHasItsArguments() {
    try (NativeDevice device = Probes.driver().open()) {
      long at = upload(device, new float[300]);
      MemorySegment arguments = Arguments.of(at, 299, 0.5f);
      function(device, "add_number").launch(2, 1, 1, 256, arguments);
      arguments.fill((byte) 0); // they were taken at the launch
      float[] expected = new float[300];
      Arrays.fill(expected, 0, 299, 0.5f);
      assertThat(download(device, at, 300)).isEqualTo(expected);
    }
  }

  @Test
  void aGraphRunsWhatWasRecordedAsOftenAsItIsLaunched() {
    FakeDriver driver = Probes.driver();
    try (NativeDevice device = driver.open()) {
      long x = upload(device, new float[64]);
      long y = upload(device, new float[64]);
      Device.Function add = function(device, "add_number");
      try (Device.Graph graph =
          device.capture(() -> {
            add.launch(1, 1, 1, 64, Arguments.of(x, 64, 1f));
            device.copy(x, y, 4);
          })) {
        assertThat(download(device, x, 1)).as("nothing is run").containsExactly(0);
        graph.launch();
        graph.launch();
        graph.launch();
        assertThat(download(device, y, 2)).containsExactly(3, 0);
      }
      assertThat(driver.count("launches")).as("one launch recorded").isEqualTo(1);
      assertThat(driver.count("graphs")).isEqualTo(3);
    }
  }

  @Test
  void whatCannotBeRecordedIsRefusedAndTheDeviceGoesOn() {
    try (NativeDevice device = Probes.driver().open()) {
      assertThatThrownBy(() -> device.capture(() -> device.allocate(4)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("allocating memory cannot be recorded");
      long at = upload(device, new float[] {7});
      assertThat(download(device, at, 1)).containsExactly(7);
    }
  }

  /** 64 KiB are more than a launch may take unasked. */
  @Test
  void aKernelTakesLargeSharedMemory() {
    try (NativeDevice device = Probes.driver().open()) {
      long x = upload(device, counting(1024));
      long y = device.allocate(4096);
      device
          .load(Probes.image("7.0"))
          .function("reverse", 64 << 10)
          .launch(1, 1, 1, 1024, Arguments.of(x, y));
      assertThat(download(device, y, 3)).containsExactly(1023, 1022, 1021);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void memoryIsGivenBackWithAndWithoutPools(int pools) {
    FakeDriver driver = Probes.driver();
    try (NativeDevice device = driver.open("memory=1048576,pools=" + pools)) {
      long before = driver.count("bytes");
      long free = device.freeMemory();
      long at = device.allocate(1000);
      assertThat(device.freeMemory()).isEqualTo(free - 1024);
      device.free(at);
      assertThat(driver.count("bytes")).isEqualTo(before);
    }
  }

  @Test
  void tooMuchMemoryIsRefusedWithBothFigures() {
    try (NativeDevice device = Probes.driver().open("memory=33554432")) {
      assertThatThrownBy(() -> device.allocate(64 << 20))
          .isInstanceOf(CudaUnavailableException.class)
          .hasMessageContaining("64 MiB more were asked for, 32 MiB of the 32 MiB of emulated GPU")
          .hasMessageContaining("take a smaller batch or model");
    }
  }

  @Test
  void theLogOfTheDriversCompilerIsInTheError() {
    try (NativeDevice device = Probes.driver().open()) {
      assertThatThrownBy(() -> device.load("no PTX".getBytes(StandardCharsets.US_ASCII)))
          .isInstanceOf(CudaException.class)
          .hasMessageContaining("CUDA_ERROR_INVALID_PTX")
          .hasMessageContaining("ptxas fatal: no .version");
    }
  }

  @Test
  void aKernelThatIsNotThereIsNamed() {
    try (NativeDevice device = Probes.driver().open()) {
      assertThatThrownBy(() -> function(device, "nothing"))
          .isInstanceOf(CudaException.class)
          .hasMessageContaining("CUDA_ERROR_NOT_FOUND")
          .hasMessageContaining("kernel nothing");
    }
  }

  @Test
  void timeIsMeasured() {
    try (NativeDevice device = Probes.driver().open()) {
      long at = device.allocate(1 << 20);
      assertThat(device.milliseconds(() -> device.fill(at, 0, 1 << 18))).isGreaterThan(0);
    }
  }

  /** As in a training loop whose steps run on other threads than its start. */
  @Test
  void anotherThreadMayGoOn() throws InterruptedException {
    try (NativeDevice device = Probes.driver().open()) {
      long at = upload(device, new float[] {1, 2});
      float[] read = new float[2];
      Thread thread = new Thread(() -> device.read(at, MemorySegment.ofArray(read)));
      thread.start();
      thread.join();
      assertThat(read).containsExactly(1, 2);
    }
  }

  @Test
  void aClosedDeviceIsNotUsed() {
    NativeDevice device = Probes.driver().open();
    device.close();
    device.close();
    assertThatThrownBy(() -> device.allocate(4)).hasMessage("the device is closed");
  }

  @Test
  void launchesOfManyBlocksAddUp() {
    try (NativeDevice device = Probes.driver().open()) {
      int[] values = IntStream.range(0, 100_000).map(i -> i % 1000).toArray();
      long x = device.allocate(4L * values.length);
      device.write(x, MemorySegment.ofArray(values));
      int blocks = Math.ceilDiv(values.length, 256);
      long sums = device.allocate(4L * blocks);
      function(device, "block_sums")
          .launch(blocks, 1, 1, 256, Arguments.of(x, sums, values.length));
      int[] read = new int[blocks];
      device.read(sums, MemorySegment.ofArray(read));
      assertThat(Arrays.stream(read).sum()).isEqualTo(Arrays.stream(values).sum());
      assertThat(read[3]).isEqualTo(Arrays.stream(values, 768, 1024).sum());
    }
  }
}
