package org.align4j.cuda.kernel;

import java.util.stream.Stream;
import org.align4j.cuda.driver.Cuda;
import org.align4j.cuda.driver.Device;
import org.align4j.cuda.driver.FakeDriver;
import org.align4j.cuda.driver.Probe;
import org.align4j.cuda.ptx.EmulatedDevice;
import org.align4j.cuda.ptx.Order;
import org.junit.jupiter.api.Named;

/** Devices that tests of kernels run on. */
final class TestDevices {

  /** Opens a device. */
  interface Opening {
    Device open();
  }

  private TestDevices() {}

  /** All kernels. */
  static Device.Program program(Device device) {
    return device.load(CudaKernels.image(device.properties()));
  }

  /**
   * The PTX that ships, watched, with warps and blocks in two orders; the sources behind an
   * emulated driver; a GPU if there is one.
   */
  static Stream<Named<Opening>> all() {
    Named<Opening> text = Named.of("PTX, watched", EmulatedDevice::checked);
    Named<Opening> shuffled =
        Named.of("PTX, watched, shuffled", () -> EmulatedDevice.checked(new Order(7)));
    Named<Opening> sources = Named.of("sources by g++", () -> FakeDriver.ofKernels().open());
    if (Cuda.probe() instanceof Probe.Refused) {
      return Stream.of(text, shuffled, sources);
    }
    return Stream.of(text, shuffled, sources, Named.of("GPU", Cuda::open));
  }
}
