package org.align4j.core.engine;

import com.google.common.collect.ImmutableMap;
import java.util.List;
import org.align4j.core.optim.AdamW;
import org.align4j.core.optim.AdamWSettings;
import org.align4j.core.optim.ParameterGroup;
import org.align4j.core.optim.UpdateReport;
import org.align4j.core.tensor.Parameters;

/** The optimiser of an engine whose parameters are in host memory. */
final class HostOptimiser implements Optimiser {

  private final Network network;
  private final AdamW adamW;

  HostOptimiser(Network network, AdamWSettings settings, List<ParameterGroup> groups) {
    this.network = network;
    this.adamW = new AdamW(network.parameters(), settings, groups, network.resources());
  }

  @Override
  public UpdateReport update(double learningRate) {
    UpdateReport report = adamW.update(network.gradients(), learningRate);
    if (report.applied()) {
      network.parametersChanged();
    }
    return report;
  }

  @Override
  public AdamWSettings settings() {
    return adamW.settings();
  }

  @Override
  public long steps() {
    return adamW.steps();
  }

  @Override
  public Parameters moments() {
    return Parameters.of(
        ImmutableMap.of("first", adamW.firstMoment(), "second", adamW.secondMoment()));
  }

  @Override
  public void restore(long appliedSteps) {
    adamW.seek(appliedSteps);
  }

  @Override
  public void close() {
    adamW.close();
  }
}
