package org.align4j.core.runtime;

import org.align4j.core.kernel.Kernels;
import org.align4j.core.kernel.scalar.ScalarKernels;
import org.align4j.core.kernel.vector.VectorKernels;
import org.align4j.core.kernel.vector.lanes.Lanes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Chooses the kernels, once and without touching the vector classes where their module is missing.
 */
public final class KernelChoice {

  private KernelChoice() {}

  static Kernels best() {
    return Chosen.KERNELS;
  }

  /** Initialised, and the choice logged, when kernels are first asked for. */
  private static final class Chosen {

    private static final Logger log = LoggerFactory.getLogger(KernelChoice.class);

    static final Kernels KERNELS = choose();

    private static Kernels choose() {
      if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
        log.warn(
            "scalar kernels, many times slower than the vector ones:"
                + " start java with --add-modules jdk.incubator.vector");
        return new ScalarKernels();
      }
      Kernels kernels =
          Integer.getInteger(Lanes.PROPERTY, 0) == 1 ? new ScalarKernels() : Vector.kernels();
      log.info("{} kernels", kernels.name());
      return kernels;
    }
  }

  /** Loaded only when asked. */
  private static final class Vector {

    static Kernels kernels() {
      return new VectorKernels();
    }
  }
}
