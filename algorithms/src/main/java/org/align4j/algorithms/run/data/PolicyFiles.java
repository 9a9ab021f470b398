package org.align4j.algorithms.run.data;

import static com.google.common.base.Preconditions.checkArgument;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.Optional;
import org.align4j.algorithms.run.memory.JobMemory.Tuning;
import org.align4j.algorithms.settings.input.PairInput;
import org.align4j.algorithms.settings.input.SftInput;
import org.align4j.algorithms.settings.input.TrainInput;
import org.align4j.algorithms.train.ArithmeticModel;
import org.align4j.core.engine.Engine;
import org.align4j.core.file.JsonFiles;
import org.align4j.core.runtime.Resources;
import org.align4j.models.adapter.Adapter;
import org.align4j.models.adapter.LoraSettings;
import org.align4j.models.adapter.PeftFolder;
import org.align4j.models.checkpoint.StoredCheckpoint;
import org.align4j.models.policy.Policy;
import org.align4j.models.policy.TrainedParts;
import org.align4j.models.transformer.ModelHead;
import org.align4j.models.transformer.Transformer;

/** Reads the policy of a run. */
public final class PolicyFiles {

  private PolicyFiles() {}

  /**
   * Shapes, formats and text of the model that a run starts from, the embedded one where none is
   * named; an adapter's is its base.
   */
  public static StoredCheckpoint open(Optional<String> model) {
    if (model.isEmpty()) {
      return StoredCheckpoint.of(ArithmeticModel.untrained(1));
    }
    Path path = Path.of(model.get());
    return StoredCheckpoint.open(
        PeftFolder.isAdapter(path) ? Path.of(PeftFolder.base(path)) : path);
  }

  /** What a run trains: a new adapter, that of its folder, some parts, or everything. */
  public static Tuning tuning(
      Optional<String> model,
      StoredCheckpoint opened,
      Optional<String> lora,
      Optional<String> train) {
    Optional<Path> folder = model.map(Path::of).filter(PeftFolder::isAdapter);
    Optional<LoraSettings> settings = lora.map(LoraSettings::parse);
    if (folder.isPresent()) {
      var network = new Transformer(opened.config(), ModelHead.LANGUAGE);
      try (Adapter adapter = PeftFolder.load(folder.get(), network)) {
        settings = Optional.of(adapter.settings());
      }
    }
    return Tuning.of(settings, train.map(TrainedParts::parse));
  }

  /** The policy that a run of reinforcement learning starts from. */
  public static Policy load(TrainInput input, long seed, Engine engine) {
    if (input.model().isPresent() && input.lora().isPresent()) {
      return adapted(
          input.model().get(), input.chatTemplateKwargs(), input.lora().get(), seed, engine);
    }
    Policy policy =
        input.model().isPresent()
            ? load(input.model().get(), input.chatTemplateKwargs(), engine)
            : ArithmeticModel.pretrained(engine);
    return tuned(
        policy, input.lora(), input.train(), input.model().orElse(TrainInput.EMBEDDED), seed);
  }

  /** The policy that supervised fine-tuning starts from. */
  public static Policy load(SftInput input, long seed, Engine engine) {
    if (input.model().isPresent() && input.lora().isPresent()) {
      return adapted(
          input.model().get(), input.chatTemplateKwargs(), input.lora().get(), seed, engine);
    }
    Policy policy =
        input.model().isPresent()
            ? load(input.model().get(), input.chatTemplateKwargs(), engine)
            : ArithmeticModel.untrained(engine, 1);
    return tuned(
        policy, input.lora(), input.train(), input.model().orElse(TrainInput.EMBEDDED), seed);
  }

  /** The language model that a run on pairs starts from. */
  public static Policy load(PairInput input, long seed, Engine engine) {
    if (input.lora().isPresent()) {
      return adapted(input.model(), "{}", input.lora().get(), seed, engine);
    }
    return tuned(
        Policy.load(Path.of(input.model()), engine),
        input.lora(),
        input.train(),
        input.model(),
        seed);
  }

  /** A new adapter on a model whose weights stay as its file stores them. */
  private static Policy adapted(
      String model, String templateKwargs, String lora, long seed, Engine engine) {
    Path path = Path.of(model);
    checkArgument(
        !PeftFolder.isAdapter(path),
        "%s is an adapter, which is trained on as it is: leave lora out, or merge it first",
        model);
    StoredCheckpoint checkpoint =
        StoredCheckpoint.open(path).withTemplateKwargs(kwargs(templateKwargs));
    try {
      return Policy.adapted(
          checkpoint, LoraSettings.parse(lora), seed, model, engine, Resources.shared());
    } catch (IllegalArgumentException e) {
      checkpoint.close();
      throw e;
    }
  }

  private static Policy tuned(
      Policy policy, Optional<String> lora, Optional<String> train, String name, long seed) {
    try {
      if (lora.isPresent()) {
        return policy.withAdapter(LoraSettings.parse(lora.get()), seed, name);
      }
      return train.isPresent() ? policy.withTrained(TrainedParts.parse(train.get())) : policy;
    } catch (IllegalArgumentException e) {
      policy.close();
      throw e;
    }
  }

  /**
   * The policy of a Hugging Face folder, a GGUF file or an adapter's folder.
   *
   * @param chatTemplateKwargs names for its chat template, a JSON object
   */
  public static Policy load(String path, String chatTemplateKwargs, Engine engine) {
    return Policy.load(Path.of(path), kwargs(chatTemplateKwargs), engine, Resources.shared());
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
