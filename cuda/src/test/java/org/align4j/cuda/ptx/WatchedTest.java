package org.align4j.cuda.ptx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What NVRTC made of small kernels gives what their source says, in every order of warps. */
class WatchedTest {

  static Stream<EmulatedDevice> devices() {
    return Stream.concat(
        Stream.of(EmulatedDevice.fast()),
        IntStream.range(0, 5).mapToObj(seed -> EmulatedDevice.checked(new Order(seed))));
  }

  private static Watched on(EmulatedDevice device) {
    return new Watched(device, Watched.text());
  }

  @ParameterizedTest
  @MethodSource("devices")
  void rowsAreSummedByWarpsAndThenByTheBlock(EmulatedDevice device) {
    float[] x = Watched.numbers(Watched.ROWS * Watched.COLUMNS);
    float[] sums = new float[Watched.ROWS];
    for (int i = 0; i < x.length; i++) {
      sums[i / Watched.COLUMNS] += x[i];
    }
    // Whole numbers: any order of the sum is exact.
    assertThat(on(device).rowSums()).isEqualTo(sums);
  }

  @ParameterizedTest
  @MethodSource("devices")
  void asynchronousCopiesArriveAfterTheWait(EmulatedDevice device) {
    float[] x = Watched.numbers(512);
    float[] expected = new float[512];
    for (int i = 0; i < 512; i++) {
      expected[i] = x[511 - i];
    }
    assertThat(on(device).backwards()).isEqualTo(expected);
  }

  @ParameterizedTest
  @MethodSource("devices")
  void theTensorCoresMultiply(EmulatedDevice device) {
    float[] expected = new float[128];
    for (int row = 0; row < 16; row++) {
      for (int column = 0; column < 8; column++) {
        for (int k = 0; k < 16; k++) {
          expected[row * 8 + column] += Watched.operand(row, k) * Watched.operand(column, k);
        }
      }
    }
    assertThat(on(device).product()).isEqualTo(expected);
  }

  @ParameterizedTest
  @MethodSource("devices")
  void eachThreadHasItsOwnLocalMemory(EmulatedDevice device) {
    float[] x = Watched.numbers(256);
    float[] expected = new float[32];
    for (int i = 0; i < 32; i++) {
      expected[i] = x[8 * i] + 2 * x[8 * i + 3] + x[8 * i + 7] + x[8 * i + 1];
    }
    assertThat(on(device).tables()).isEqualTo(expected);
  }

  @Test
  void recordedWorkIsRunWhenItIsLaunchedAndNotBefore() {
    Watched watched = on(EmulatedDevice.checked());
    EmulatedDevice device = watched.device();
    long x = watched.upload(Watched.numbers(1000));
    long y = device.allocate(4);
    long kept = device.allocate(8);
    device.fill(kept, Float.floatToIntBits(-1), 2);
    device.fill(y, 0, 1);
    var graph =
        device.capture(() -> {
          device.copy(kept, kept + 4, 4);
          watched.launch("row_sums", 1, 128, 0, x, y, 1000);
          device.copy(y, kept, 4);
        });
    assertThat(watched.floats(kept, 2)).containsExactly(-1, -1);
    graph.launch();
    graph.launch();
    float sum = 0;
    for (float value : Watched.numbers(1000)) {
      sum += value;
    }
    assertThat(watched.floats(kept, 2)).containsExactly(sum, sum);
    assertThatThrownBy(() -> device.capture(() -> device.allocate(4)))
        .hasMessageContaining("allocate while work is recorded");
  }

  @Test
  void instructionsSectorsAndPassesAreCounted() {
    Watched watched = on(EmulatedDevice.checked());
    watched.backwards();
    Counts counts = watched.device().counts("backwards");
    // 2 KiB are read and written once, each warp's 512 bytes in 16 sectors.
    assertThat(counts.sectors()).isEqualTo(2 * 64);
    assertThat(counts.leastSectors()).isEqualTo(2 * 64);
    // 16 bytes a thread: four passes a warp, in and out.
    assertThat(counts.bankPasses()).isEqualTo(2 * 4 * 4);
    assertThat(counts.sharedAccesses()).isEqualTo(2 * 4 * 4);
    assertThat(counts.threadInstructions()).isEqualTo(32 * counts.warpInstructions());
    watched.product();
    assertThat(watched.device().counts("small_product").products()).isEqualTo(1);
  }

  @Test
  void machineCodeIsRefused() {
    assertThatThrownBy(() -> EmulatedDevice.checked().load(new byte[] {0x7f, 'E', 'L', 'F'}))
        .isInstanceOf(PtxFault.class)
        .hasMessageContaining("not machine code");
  }
}
