package org.align4j.models.parity;

import java.util.List;
import org.align4j.core.engine.Network;
import org.align4j.core.engine.Optimiser;
import org.align4j.core.optim.AdamWSettings;

/** The optimiser steps of a parity case. */
final class CaseOptimizer {

  private CaseOptimizer() {}

  /** All steps of the case, each with the gradient that the network holds, clipped. */
  static void step(Network network, ParityCaseFile file) {
    var settings =
        new AdamWSettings(
            file.learningRate(),
            file.beta1(),
            file.beta2(),
            file.epsilon(),
            file.weightDecay(),
            file.clipNorm());
    try (Optimiser optimizer = network.optimiser(settings, List.of())) {
      for (int step = 0; step < file.steps(); step++) {
        optimizer.update(settings.learningRate());
      }
    }
  }
}
