package org.align4j.models.policy;

import static com.google.common.base.Preconditions.checkArgument;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableSet;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.align4j.core.engine.Engine;
import org.align4j.core.engine.FrozenWeights;
import org.align4j.core.engine.Network;
import org.align4j.core.engine.NetworkDefinition;
import org.align4j.core.file.BadFileException;
import org.align4j.core.runtime.Resources;
import org.align4j.core.tensor.Parameters;
import org.align4j.models.adapter.Adapter;
import org.align4j.models.adapter.LoraSettings;
import org.align4j.models.adapter.PeftFolder;
import org.align4j.models.checkpoint.Checkpoint;
import org.align4j.models.checkpoint.HuggingFaceFolder;
import org.align4j.models.checkpoint.StoredCheckpoint;
import org.align4j.models.generate.Generator;
import org.align4j.models.text.Tokenizer;
import org.align4j.models.text.chat.ChatTemplate;
import org.align4j.models.transformer.ModelHead;
import org.align4j.models.transformer.ParameterShapes;
import org.align4j.models.transformer.Transformer;
import org.align4j.models.transformer.TransformerConfig;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A language model that samples and is trained: configuration, text and a network with a language
 * head. Owns its parameters.
 */
public final class Policy implements AutoCloseable {

  private final Checkpoint checkpoint;
  private final Engine engine;
  private final Network network;
  private final @Nullable Base base;
  private final @Nullable Path file;

  /**
   * What an adapted or partly frozen policy stands on.
   *
   * @param frozen shared with reference and critic
   * @param definition of the policy's network
   * @param adapter null where some of the model's own parameters are trained
   * @param name of the base model, for the adapter's file
   */
  record Base(
      FrozenWeights frozen, NetworkDefinition definition, @Nullable Adapter adapter, String name) {}

  private Policy(Checkpoint checkpoint, Engine engine, Network network, @Nullable Base base) {
    this(checkpoint, engine, network, base, null);
  }

  private Policy(
      Checkpoint checkpoint,
      Engine engine,
      Network network,
      @Nullable Base base,
      @Nullable Path file) {
    this.checkpoint = checkpoint;
    this.engine = engine;
    this.network = network;
    this.base = base;
    this.file = file;
  }

  /**
   * Reads a Hugging Face folder, a GGUF file, or the folder of an adapter, whose file names its
   * base model.
   */
  public static Policy load(Path path, Engine engine) {
    return load(path, engine, Resources.shared());
  }

  /** The same with resources of the caller's, to be closed after it. */
  public static Policy load(Path path, Engine engine, Resources resources) {
    return load(path, JsonNodeFactory.instance.objectNode(), engine, resources);
  }

  /** The same, whose chat template gets these names, see {@link Checkpoint#withTemplateKwargs}. */
  public static Policy load(
      Path path, ObjectNode templateKwargs, Engine engine, Resources resources) {
    if (!PeftFolder.isAdapter(path)) {
      return of(Checkpoint.load(path).withTemplateKwargs(templateKwargs), engine, resources, path);
    }
    String name = PeftFolder.base(path);
    if (!Files.exists(Path.of(name))) {
      throw new BadFileException(
          path.resolve(PeftFolder.CONFIG),
          "base_model_name_or_path is %s, which is not here: download the model and write its path",
          name);
    }
    StoredCheckpoint base = StoredCheckpoint.open(Path.of(name)).withTemplateKwargs(templateKwargs);
    try {
      Adapter adapter = PeftFolder.load(path, new Transformer(base.config(), ModelHead.LANGUAGE));
      return adapted(base, adapter, name, engine, resources);
    } catch (RuntimeException e) {
      base.close();
      throw e;
    }
  }

  /**
   * This policy, taken over, with a new adapter on its frozen weights.
   *
   * @param name of the base model, for the adapter's file
   */
  public Policy withAdapter(LoraSettings settings, long seed, String name) {
    checkArgument(
        base == null, "the policy has frozen weights already: a new adapter needs a whole model");
    Adapter adapter =
        Adapter.create(new Transformer(checkpoint.config(), ModelHead.LANGUAGE), settings, seed);
    network.close();
    return adapted(checkpoint, adapter, name, engine, network.resources());
  }

  /** This policy, taken over, of which only some parameters are trained. */
  public Policy withTrained(TrainedParts trained) {
    checkArgument(
        base == null, "the policy has frozen weights already: train names parts of a whole model");
    var _ = trained.of(checkpoint.config());
    network.close();
    return partly(checkpoint, trained, engine, network.resources());
  }

  /** Takes over a checkpoint and its parameters. */
  public static Policy of(Checkpoint checkpoint, Engine engine) {
    return of(checkpoint, engine, Resources.shared());
  }

  /** The same with resources of the caller's, to be closed after it. */
  public static Policy of(Checkpoint checkpoint, Engine engine, Resources resources) {
    return of(checkpoint, engine, resources, null);
  }

  private static Policy of(
      Checkpoint checkpoint, Engine engine, Resources resources, @Nullable Path file) {
    var transformer = new Transformer(checkpoint.config(), ModelHead.LANGUAGE);
    Network network = engine.create(transformer, checkpoint.parameters(), resources);
    return new Policy(checkpoint, engine, network, null, file);
  }

  /**
   * Takes over a checkpoint, frozen, and an adapter, which alone is trained and saved.
   *
   * @param name of the base model, a folder, a file or a name of the hub, for the adapter's file
   */
  public static Policy adapted(
      Checkpoint checkpoint, Adapter adapter, String name, Engine engine, Resources resources) {
    var network = adapter.network(new Transformer(checkpoint.config(), ModelHead.LANGUAGE));
    FrozenWeights frozen = engine.freeze(checkpoint.parameters(), resources);
    return new Policy(
        checkpoint,
        engine,
        engine.create(network, adapter.parameters(), frozen, resources),
        new Base(frozen, network, adapter, name));
  }

  /**
   * The same on weights that stay as their file stores them, taken over.
   *
   * @param checkpoint its weights are the frozen base
   */
  public static Policy adapted(
      StoredCheckpoint checkpoint,
      Adapter adapter,
      String name,
      Engine engine,
      Resources resources) {
    var network = adapter.network(new Transformer(checkpoint.config(), ModelHead.LANGUAGE));
    FrozenWeights frozen = engine.freeze(checkpoint.weights(), resources);
    return new Policy(
        checkpoint.withoutWeights(),
        engine,
        engine.create(network, adapter.parameters(), frozen, resources),
        new Base(frozen, network, adapter, name));
  }

  /** A new adapter on weights that stay as their file stores them, taken over. */
  public static Policy adapted(
      StoredCheckpoint checkpoint,
      LoraSettings settings,
      long seed,
      String name,
      Engine engine,
      Resources resources) {
    Adapter adapter =
        Adapter.create(new Transformer(checkpoint.config(), ModelHead.LANGUAGE), settings, seed);
    return adapted(checkpoint, adapter, name, engine, resources);
  }

  /** A policy that only samples and scores, its weights as their file stores them, taken over. */
  public static Policy frozen(StoredCheckpoint checkpoint, Engine engine, Resources resources) {
    var network = new Transformer(checkpoint.config(), ModelHead.LANGUAGE);
    FrozenWeights frozen = engine.freeze(checkpoint.weights(), resources);
    return new Policy(
        checkpoint.withoutWeights(),
        engine,
        engine.create(network, Parameters.none(DataType.FLOAT), frozen, resources),
        new Base(frozen, network, null, ""));
  }

  /** Takes over a checkpoint of which some parameters are trained; it is saved whole. */
  public static Policy partly(
      Checkpoint checkpoint, TrainedParts trained, Engine engine, Resources resources) {
    var network = new Transformer(checkpoint.config(), ModelHead.LANGUAGE);
    Predicate<String> chosen = trained.of(checkpoint.config());
    FrozenWeights frozen = engine.freeze(checkpoint.parameters().only(chosen.negate()), resources);
    return new Policy(
        checkpoint,
        engine,
        engine.create(network, checkpoint.parameters().only(chosen), frozen, resources),
        new Base(frozen, network, null, ""));
  }

  /**
   * Writes a Hugging Face folder, which {@code transformers} and {@link #load} read; of an adapted
   * policy the adapter alone, a folder of {@code peft}.
   */
  public void save(Path folder) {
    save(folder, parameters());
  }

  /** Writes the same model with other trained parameters, such as their moving average. */
  public void save(Path folder, Parameters trained) {
    Adapter adapter = base == null ? null : base.adapter();
    if (base != null && adapter != null) {
      PeftFolder.save(
          folder,
          adapter.with(trained),
          new Transformer(checkpoint.config(), ModelHead.LANGUAGE),
          base.name());
      return;
    }
    if (base == null) {
      save(folder, checkpoint, trained);
      return;
    }
    try (Parameters copies = copies(base.frozen(), trained)) {
      var shapes = ParameterShapes.of(checkpoint.config(), ModelHead.LANGUAGE);
      save(folder, checkpoint, trained.and(copies).ordered(shapes.keySet()));
    }
  }

  private static Parameters copies(FrozenWeights frozen, Parameters trained) {
    Map<String, INDArray> arrays = new LinkedHashMap<>();
    frozen.names().stream()
        .filter(name -> !trained.contains(name))
        .forEach(name -> arrays.put(name, frozen.load(name)));
    return Parameters.of(arrays);
  }

  private static void save(Path folder, Checkpoint checkpoint, Parameters weights) {
    HuggingFaceFolder.save(
        folder,
        new Checkpoint(
            checkpoint.config(), weights, checkpoint.tokenizer(), checkpoint.chatTemplate()));
  }

  /** What it stands on, where it is adapted or partly frozen; closed with it. */
  Optional<Base> base() {
    return Optional.ofNullable(base);
  }

  /** The file or folder that holds these weights, where nothing has changed them since. */
  Optional<Path> unchangedFile() {
    return network.version() == 0 ? Optional.ofNullable(file) : Optional.empty();
  }

  /** Number of frozen parameters. */
  public long frozenSize() {
    return base == null ? 0 : base.frozen().size();
  }

  /** The adapter, where it has one. */
  public Optional<Adapter> adapter() {
    return base().map(Base::adapter);
  }

  /** What the model looks like. */
  public TransformerConfig config() {
    return checkpoint.config();
  }

  /** Configuration and text of the model, and the parameters it was made of. */
  public Checkpoint checkpoint() {
    return checkpoint;
  }

  /** The tokenizer; a model without one is refused. */
  public Tokenizer tokenizer() {
    return checkpoint
        .tokenizer()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "the model has no tokenizer: tokenizer.json belongs beside its config.json"));
  }

  /** The chat template, where the model has one. */
  public Optional<ChatTemplate> chatTemplate() {
    return checkpoint.chatTemplate();
  }

  /** What runs the network. */
  public Engine engine() {
    return engine;
  }

  /** The network, to train. */
  public Network network() {
    return network;
  }

  /** The trained parameters, live. */
  public Parameters parameters() {
    return network.parameters();
  }

  /** Tokens that end a response. */
  public ImmutableSet<Integer> eosIds() {
    return ImmutableSet.copyOf(config().eosTokenIds());
  }

  /**
   * A generator of completions.
   *
   * @param slots most sequences decoded at once
   */
  public Generator generator(int slots) {
    return new Generator(
        network, config().maxPositions(), eosIds(), ids -> tokenizer().decode(ids), slots);
  }

  /** Log-probs and entropies of the response tokens, {@code [B][T]}. */
  public SequenceScores score(PackedSequences packed) {
    return SequenceScores.of(network, packed);
  }

  @Override
  public void close() {
    network.close();
    network.parameters().close();
    if (base != null) {
      base.frozen().close();
    }
  }
}
