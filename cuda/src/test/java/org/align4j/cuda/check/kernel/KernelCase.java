package org.align4j.cuda.check.kernel;

import java.util.function.Supplier;
import org.align4j.core.kernel.Kernels;

/**
 * One kernel on ragged operands. Each side answers the same numbers in the same order.
 *
 * @param kernel its name
 * @param shape what it is launched on
 * @param error largest root of {@code Σ(y − exact)² / Σ exact²}
 * @param bits whether the CPU's bits are promised
 * @param launch on a device
 * @param scalar by core's scalar kernels
 * @param exact in double
 */
record KernelCase(
    String kernel,
    String shape,
    double error,
    boolean bits,
    Launch launch,
    Scalar scalar,
    Supplier<double[]> exact) {

  /** Chains of up to some hundred float32 operations. */
  static final double FLOAT = 1e-6;

  interface Launch {
    double[] run(Launchers kernels, DeviceRoom room);
  }

  interface Scalar {
    double[] run(Kernels kernels, HostRoom room);
  }

  /** A case of float32 with the CPU's bits. */
  static KernelCase of(
      String kernel, String shape, Launch launch, Scalar scalar, Supplier<double[]> exact) {
    return new KernelCase(kernel, shape, FLOAT, true, launch, scalar, exact);
  }

  String name() {
    return kernel + " " + shape;
  }
}
