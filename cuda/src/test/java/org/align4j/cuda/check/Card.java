package org.align4j.cuda.check;

import java.util.Arrays;
import org.align4j.core.runtime.Precision;
import org.align4j.cuda.check.kernel.Launchers;
import org.align4j.cuda.driver.Cuda;
import org.align4j.cuda.driver.CudaException;
import org.align4j.cuda.driver.DeviceProperties;
import org.align4j.cuda.driver.NativeDevice;
import org.jspecify.annotations.Nullable;

/** The card, with what it can do at most. */
public final class Card implements AutoCloseable {

  private static final int CLOCK = 13;
  private static final int MEMORY_CLOCK = 36;
  private static final int MEMORY_BUS = 37;

  private final NativeDevice device = Cuda.open();
  private final boolean small;
  private @Nullable Launchers launchers;

  /**
   * Opens it.
   *
   * @param small whether operands are those of a dry run
   */
  public Card(boolean small) {
    this.small = small;
  }

  /** The device. */
  public NativeDevice device() {
    return device;
  }

  /** What it is. */
  public DeviceProperties properties() {
    return device.properties();
  }

  /** Whether operands are those of a dry run. */
  public boolean small() {
    return small;
  }

  /** The kernels that the engine takes on it. */
  public Launchers launchers() {
    Launchers loaded = launchers;
    if (loaded == null) {
      String machineCode = Launchers.machineCode(properties());
      loaded = load(Launchers.has(machineCode) ? machineCode : Launchers.TEXT);
      launchers = loaded;
    }
    return loaded;
  }

  /** Loads a file of kernels, with room for both factors of the largest products. */
  public Launchers load(String file) {
    return Launchers.load(device, Launchers.image(file), small ? 1 << 20 : 72 << 20);
  }

  private long attribute(int which) {
    try {
      return device.attribute(which);
    } catch (CudaException unknown) {
      return 0;
    }
  }

  /** Clock of the multiprocessors in kHz; 0 where the driver does not say. */
  public long clock() {
    return attribute(CLOCK);
  }

  /** Clock of the memory in kHz; 0 where the driver does not say. */
  public long memoryClock() {
    return attribute(MEMORY_CLOCK);
  }

  /** Bits of its bus; 0 where the driver does not say. */
  public long memoryBus() {
    return attribute(MEMORY_BUS);
  }

  /** Bytes a second that memory moves at most: two bits a clock and line. */
  public double bandwidth() {
    return 2000.0 * memoryClock() * memoryBus() / 8;
  }

  /** Operations a second of dense products at most, sums in float32. */
  public double peak(Precision precision) {
    return 1000.0 * clock() * properties().processors() * operationsPerClock(precision);
  }

  /** NVIDIA's white papers of GA100, GA102, AD102, GH100, GB100 and GB202, tables of the peaks. */
  private int operationsPerClock(Precision precision) {
    int capability = 10 * properties().major() + properties().minor();
    int tensor =
        switch (capability) {
          case 80 -> 2048;
          case 90 -> 4096;
          case 100, 103 -> 8192;
          // Cards for desks: half of the rate of sums in half precision.
          default -> 512;
        };
    return switch (precision) {
      case FP32 -> capability == 80 ? 128 : 256;
      case TF32 -> tensor / 2;
      case BF16 -> tensor;
    };
  }

  /** Median seconds that the card takes for a piece of work. */
  public double seconds(Runnable work) {
    int times = small ? 1 : 9;
    if (!small) {
      work.run();
      work.run();
    }
    double[] all = new double[times];
    for (int i = 0; i < times; i++) {
      all[i] = device.milliseconds(work) / 1000;
    }
    Arrays.sort(all);
    return all[times / 2];
  }

  @Override
  public void close() {
    device.close();
  }
}
