package org.align4j.core.engine;

import org.align4j.core.Experimental;
import org.align4j.core.runtime.Resources;
import org.align4j.core.tensor.Parameters;

/**
 * An engine. One class and one line in {@code META-INF/services} register one, also from a jar of
 * its own; {@link Engine#of} finds it by name.
 */
@Experimental
public interface EngineProvider {

  /** What {@code --engine} says, in lower case. */
  String name();

  /** What computes, such as the kernels' name, for reports. */
  String processor();

  /**
   * A network over parameters, which stay where they are and belong to the caller.
   *
   * @param resources threads and memory, to be closed after the network
   * @throws IllegalArgumentException where the parameters are not those the definition declares
   */
  Network create(NetworkDefinition definition, Parameters parameters, Resources resources);

  /**
   * Largest |ρ − 1| before the first update: 0 for an engine that scores with the bits that it
   * samples with.
   */
  double ratioTolerance();
}
