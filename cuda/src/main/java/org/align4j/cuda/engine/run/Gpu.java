package org.align4j.cuda.engine.run;

import org.align4j.core.runtime.Precision;
import org.align4j.cuda.driver.Cuda;
import org.align4j.cuda.driver.Device;
import org.align4j.cuda.kernel.CudaKernels;
import org.jspecify.annotations.Nullable;

/** A device with its kernels. Networks on it take turns: whoever launches holds its lock. */
public final class Gpu {

  /** Bytes in which large products in bfloat16 keep both factors as such. */
  public static final long WORKSPACE = 256L << 20;

  private static @Nullable Gpu shared;

  private final Device device;
  private final CudaKernels kernels;
  private boolean hasWorkspace;

  /** Loads the kernels on a device, which belongs to the caller. */
  public Gpu(Device device) {
    this.device = device;
    this.kernels = new CudaKernels(device);
  }

  /**
   * The first card of this machine, opened once for the life of the process.
   *
   * @throws org.align4j.cuda.driver.CudaUnavailableException in one sentence, where there is none
   */
  public static synchronized Gpu shared() {
    if (shared == null) {
      shared = new Gpu(Cuda.open());
    }
    return shared;
  }

  /** Gets ready for products in this precision. */
  public void prepare(Precision precision) {
    if (precision == Precision.BF16 && !hasWorkspace) {
      kernels.products().workspace(device.allocate(WORKSPACE), WORKSPACE);
      hasWorkspace = true;
    }
  }

  /** The device. */
  public Device device() {
    return device;
  }

  /** What is launched on it. */
  public CudaKernels kernels() {
    return kernels;
  }
}
