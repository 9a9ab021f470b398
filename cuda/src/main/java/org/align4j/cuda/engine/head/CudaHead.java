package org.align4j.cuda.engine.head;

import org.align4j.core.plan.head.PlanHead.HeadCoefficients;
import org.align4j.core.plan.head.PlanHead.HeadResults;
import org.align4j.cuda.kernel.DeviceMatrix;

/** What a network ends in, applied at the labelled rows. */
public sealed interface CudaHead extends AutoCloseable permits LanguageHeadCuda, ScalarHeadCuda {

  /**
   * Computes the outputs of labelled rows {@code [0, count)}.
   *
   * @param hidden {@code [N,D]}
   * @param rows rows of hidden
   * @param labels token ids
   * @param results written at {@code [0, count)}
   */
  void forward(
      DeviceMatrix hidden,
      int[] rows,
      int[] labels,
      int count,
      float temperature,
      HeadResults results);

  /**
   * Adds the gradient of the rows listed to {@code dHidden} and to the parameters' gradients.
   *
   * @param coefficients of the same rows
   */
  void backward(
      DeviceMatrix hidden,
      int[] rows,
      int[] labels,
      int count,
      float temperature,
      HeadCoefficients coefficients,
      DeviceMatrix dHidden);

  @Override
  void close();
}
