package org.align4j.cuda.ptx;

import static com.google.common.base.Preconditions.checkState;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.align4j.cuda.driver.Device;
import org.align4j.cuda.driver.DeviceProperties;
import org.jspecify.annotations.Nullable;

/**
 * A device that runs PTX on the JVM. What is asked of it is done at once, so what goes wrong is
 * thrown by the call that asks for it, as a {@link PtxFault} that names kernel, line and lane.
 *
 * <p>A device that checks looks for races between threads of a block in shared memory and between
 * blocks of a launch in global memory, and for reads of what nobody wrote; it counts sectors and
 * bank passes. Every device finds what is outside or misaligned, lanes that are missing and
 * barriers that not all reach. Memory that nobody wrote holds NaN.
 */
public final class EmulatedDevice implements Device {

  private static final long MEMORY = 8L << 30;

  /** A compute capability that no machine code is made for, so that PTX is loaded. */
  private static final DeviceProperties PROPERTIES =
      new DeviceProperties("emulated PTX", 11, 0, 2, MEMORY, 13000);

  private final boolean checks;
  private final Order order;
  private final DeviceMemory memory;
  private final Grid grid = new Grid();
  private final Map<String, Counts> counts = new TreeMap<>();
  private @Nullable List<Runnable> recorded;
  private int launches;

  private EmulatedDevice(boolean checks, Order order) {
    this.checks = checks;
    this.order = order;
    this.memory = new DeviceMemory(MEMORY, checks);
  }

  /** A device that checks all it can. */
  public static EmulatedDevice checked() {
    return checked(Order.FORWARD);
  }

  /** The same with its warps and blocks in another order. */
  public static EmulatedDevice checked(Order order) {
    return new EmulatedDevice(true, order);
  }

  /** A device for large work: it does not look for races or unwritten memory. */
  public static EmulatedDevice fast() {
    return new EmulatedDevice(false, Order.FORWARD);
  }

  @Override
  public DeviceProperties properties() {
    return PROPERTIES;
  }

  @Override
  public long allocate(long bytes) {
    outside("allocate");
    return memory.allocate(bytes);
  }

  @Override
  public void free(long address) {
    outside("free");
    memory.free(address);
  }

  @Override
  public long freeMemory() {
    return memory.free();
  }

  @Override
  public void write(long address, MemorySegment host) {
    outside("write");
    memory.write(address, host);
  }

  @Override
  public void read(long address, MemorySegment host) {
    outside("read");
    memory.read(address, host);
  }

  @Override
  public void copy(long from, long to, long bytes) {
    ask(() -> memory.copy(from, to, bytes));
  }

  @Override
  public void fill(long address, int word, long words) {
    ask(() -> memory.fill(address, word, words));
  }

  /** What a kernel's launches did so far. */
  public Counts counts(String kernel) {
    return counts.computeIfAbsent(kernel, name -> new Counts());
  }

  @Override
  public Program load(byte[] image) {
    if (image.length > 3 && image[0] == 0x7f && image[1] == 'E') {
      throw new PtxFault("this device runs PTX, not machine code");
    }
    return new EmulatedProgram(image, memory, this::launch);
  }

  /** Takes a launch of a program. */
  interface Launcher {
    void launch(
        Kernel kernel,
        int x,
        int y,
        int z,
        int threads,
        int dynamicShared,
        MemorySegment arguments);
  }

  private void launch(
      Kernel kernel, int x, int y, int z, int threads, int dynamicShared, MemorySegment arguments) {
    if (x <= 0 || y <= 0 || z <= 0 || y > 65535 || z > 65535 || threads <= 0 || threads > 1024) {
      throw new PtxFault(
          "%s: [%d, %d, %d] blocks of %d threads cannot be launched",
          kernel.name(), x, y, z, threads);
    }
    if (arguments.byteSize() < 8L * kernel.parameterSlots()) {
      throw new PtxFault(
          "%s takes %d arguments of 8 bytes, only %d bytes are given",
          kernel.name(), kernel.parameterSlots(), arguments.byteSize());
    }
    byte[] values = arguments.toArray(ValueLayout.JAVA_BYTE);
    ask(() ->
        grid.run(
            new Launch(
                kernel, memory, x, y, z, threads, dynamicShared, values, ++launches, checks, order),
            counts(kernel.name())));
  }

  @Override
  public Graph capture(Runnable work) {
    outside("capture");
    List<Runnable> list = new ArrayList<>();
    recorded = list;
    try {
      work.run();
    } finally {
      recorded = null;
    }
    return new Graph() {
      @Override
      public void launch() {
        list.forEach(EmulatedDevice.this::ask);
      }

      @Override
      public void close() {}
    };
  }

  private void ask(Runnable work) {
    if (recorded == null) {
      work.run();
    } else {
      recorded.add(work);
    }
  }

  private void outside(String what) {
    checkState(
        recorded == null, "%s while work is recorded: launches, fills and copies can be", what);
  }

  @Override
  public void synchronize() {
    outside("synchronize");
  }

  @Override
  public void close() {}
}
