package org.align4j.cuda.kernel;

import static com.google.common.base.Preconditions.checkArgument;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.align4j.cuda.driver.Device;

/** Launches of one kernel: arguments in its order, 8 bytes each. Used by one thread at a time. */
final class Call {

  private static final int MOST_ARGUMENTS = 48;

  private final String name;
  private final Device.Function function;
  private final MemorySegment slots = Arena.ofAuto().allocate(8L * MOST_ARGUMENTS, 8);
  private int count;

  /**
   * A kernel.
   *
   * @param dynamicShared bytes of shared memory that its launches give it
   */
  Call(Device.Program program, String name, int dynamicShared) {
    this.name = name;
    function = program.function(name, dynamicShared);
  }

  /** A kernel without dynamic shared memory. */
  Call(Device.Program program, String name) {
    this(program, name, 0);
  }

  /** Forgets all arguments. */
  Call begin() {
    count = 0;
    return this;
  }

  /** An address and the floats from row to row. */
  Call matrix(DeviceMatrix x) {
    return address(x.address()).integer(x.pitch());
  }

  /** An address of the device, 0 for none. */
  Call address(long address) {
    slots.setAtIndex(JAVA_LONG, count++, address);
    return this;
  }

  /** A 64-bit count. */
  Call wide(long value) {
    return address(value);
  }

  Call integer(int value) {
    slots.set(JAVA_INT, 8L * count++, value);
    return this;
  }

  Call flag(boolean value) {
    return integer(value ? 1 : 0);
  }

  Call real(float value) {
    slots.set(JAVA_FLOAT, 8L * count++, value);
    return this;
  }

  Call precise(double value) {
    return address(Double.doubleToRawLongBits(value));
  }

  /** Launches so many blocks; nothing where there are none. */
  void launch(long blocks, int threads) {
    launch(blocks, 1, threads);
  }

  /** Launches a plane of blocks; nothing where there are none. */
  void launch(long gridX, int gridY, int threads) {
    checkArgument(
        gridX <= Integer.MAX_VALUE && gridY <= 65535,
        "%s: a grid of %s by %s blocks is more than a launch takes: split the batch",
        name,
        gridX,
        gridY);
    if (gridX > 0 && gridY > 0) {
      function.launch((int) gridX, gridY, 1, threads, slots.asSlice(0, 8L * count));
    }
  }
}
