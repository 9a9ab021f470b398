package org.align4j.algorithms.run.data;

import static com.google.common.base.Preconditions.checkArgument;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import org.align4j.algorithms.settings.input.TrainInput;
import org.align4j.algorithms.train.ArithmeticModel;
import org.align4j.core.engine.Engine;
import org.align4j.core.file.JsonFiles;
import org.align4j.models.checkpoint.Checkpoint;
import org.align4j.models.policy.Policy;

/** Reads the policy of a run. */
public final class PolicyFiles {

  private PolicyFiles() {}

  /** The policy that a run of reinforcement learning starts from. */
  public static Policy load(TrainInput input, Engine engine) {
    return input.model().isPresent()
        ? load(input.model().get(), input.chatTemplateKwargs(), engine)
        : ArithmeticModel.pretrained(engine);
  }

  /**
   * The policy of a Hugging Face folder or a GGUF file.
   *
   * @param chatTemplateKwargs names for its chat template, a JSON object
   */
  public static Policy load(String path, String chatTemplateKwargs, Engine engine) {
    ObjectNode names = kwargs(chatTemplateKwargs);
    return Policy.of(Checkpoint.load(Path.of(path)).withTemplateKwargs(names), engine);
  }

  private static ObjectNode kwargs(String text) {
    JsonNode given;
    try {
      given = JsonFiles.mapper().readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "chatTemplateKwargs is %s: it must be JSON".formatted(text), e);
    }
    checkArgument(
        given instanceof ObjectNode,
        "chatTemplateKwargs is %s: it must be a JSON object, {\"name\": value}",
        text);
    return (ObjectNode) given;
  }
}
