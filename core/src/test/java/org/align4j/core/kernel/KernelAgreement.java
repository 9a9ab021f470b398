package org.align4j.core.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.kernel.memory.NativeFloats;
import org.align4j.core.kernel.scalar.ScalarKernels;
import org.align4j.core.kernel.vector.VectorKernels;

/** Compares kernels of all kinds on the same data. */
final class KernelAgreement {

  /** Sums of up to a few hundred terms in float, by some units in the last place. */
  private static final double ROUNDING = 2e-5;

  /** Runs a kernel of all kinds on the same data and compares everything it wrote. */
  static void agree(String what, BiFunction<Kernels, KernelData, List<float[]>> run) {
    for (int seed = 0; seed < 2; seed++) {
      List<float[]> defined = run(new PlainKernels(), seed, run);
      List<float[]> scalar = run(new ScalarKernels(), seed, run);
      List<float[]> vector = run(new VectorKernels(), seed, run);
      for (int i = 0; i < defined.size(); i++) {
        assertThat(KernelData.difference(vector.get(i), defined.get(i)))
            .as("%s, output %s", what, i)
            .isLessThan(ROUNDING);
        assertThat(vector.get(i)).as("%s, output %s", what, i).isEqualTo(scalar.get(i));
      }
    }
  }

  private static List<float[]> run(
      Kernels kernels, long seed, BiFunction<Kernels, KernelData, List<float[]>> run) {
    try (KernelData data = new KernelData(seed)) {
      return run.apply(kernels, data);
    }
  }

  static List<float[]> of(Object... outputs) {
    List<float[]> list = new ArrayList<>();
    for (Object output : outputs) {
      list.add(
          output instanceof Matrix m ? KernelData.values(m) : ((NativeFloats) output).toArray());
    }
    return list;
  }

  private KernelAgreement() {}
}
