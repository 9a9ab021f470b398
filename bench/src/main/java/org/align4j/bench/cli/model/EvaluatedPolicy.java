package org.align4j.bench.cli.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import org.align4j.algorithms.run.cluster.PolicySource;
import org.align4j.bench.cli.option.WeightsOption;
import org.align4j.core.engine.Engine;
import org.align4j.core.file.JsonFiles;
import org.align4j.models.policy.Policy;

/**
 * The policy of {@code evaluate}, as an executor makes it.
 *
 * @param model folder or file, the same on every machine
 * @param templateKwargs names for its chat template, JSON
 * @param engine that runs it
 * @param weights as {@code --weights} says
 */
record EvaluatedPolicy(String model, String templateKwargs, String engine, String weights)
    implements PolicySource {

  @Override
  public Policy load() {
    try {
      ObjectNode kwargs = (ObjectNode) JsonFiles.mapper().readTree(templateKwargs);
      return WeightsOption.load(weights, Path.of(model), kwargs, Engine.of(engine));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(templateKwargs + " is no JSON", e);
    }
  }

  @Override
  public List<String> files() {
    return List.of(model);
  }
}
