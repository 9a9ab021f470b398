package org.align4j.cuda.check.kernel;

import java.util.List;
import java.util.stream.Stream;

/** Every kernel. */
final class KernelCases {

  private KernelCases() {}

  static List<KernelCase> all() {
    return Stream.of(
            RowCases.all(),
            NormCases.all(),
            ActivationCases.all(),
            ProductCases.all(),
            AttentionCases.all(),
            HeadCases.all(),
            DivergenceCases.all(),
            OptimiserCases.all())
        .flatMap(List::stream)
        .toList();
  }
}
