package org.align4j.cuda.engine.run;

import java.lang.foreign.MemorySegment;
import org.align4j.core.kernel.memory.NativeFloats;
import org.align4j.cuda.driver.Device;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Copies between arrays in host memory and the device. */
public final class HostArrays {

  private HostArrays() {}

  /** New device memory with the values of a dense FLOAT array. */
  static long copy(Device device, INDArray array) {
    long address = device.allocate(Float.BYTES * array.length());
    device.write(address, memory(array));
    return address;
  }

  /** The memory of a dense FLOAT array. */
  public static MemorySegment memory(INDArray array) {
    NativeFloats floats = NativeFloats.of(array);
    return MemorySegment.ofAddress(floats.address()).reinterpret(Float.BYTES * floats.length());
  }
}
