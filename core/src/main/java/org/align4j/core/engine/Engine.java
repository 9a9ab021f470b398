package org.align4j.core.engine;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import java.util.OptionalLong;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.align4j.core.registry.NearestName;
import org.align4j.core.registry.Services;
import org.align4j.core.runtime.Precision;
import org.align4j.core.runtime.Resources;
import org.align4j.core.tensor.Parameters;
import org.align4j.core.tensor.StoredWeights;

/** What interprets a network, by name; see {@link EngineProvider}. */
public final class Engine {

  /** The static plan on Vector API kernels: the default on the CPU. */
  public static final Engine PLAN = of("plan");

  /** A stock SameDiff graph: runs on every ND4J backend, and is the oracle of the others. */
  public static final Engine SAMEDIFF = of("samediff");

  private final EngineProvider provider;

  private Engine(EngineProvider provider) {
    this.provider = provider;
  }

  /**
   * The engine of this name.
   *
   * @throws IllegalArgumentException for a name that none has, with the nearest one
   */
  public static Engine of(String name) {
    ImmutableList<Engine> all = all();
    return all.stream()
        .filter(engine -> engine.name().equals(name))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                NearestName.unknown("engine", name, all.stream().map(Engine::name).toList())));
  }

  /** All engines on the class path of this thread. */
  public static ImmutableList<Engine> all() {
    return Services.load("engine", EngineProvider.class, IllegalArgumentException::new).stream()
        .map(Engine::new)
        .collect(ImmutableList.toImmutableList());
  }

  /** What {@code --engine} says. */
  public String name() {
    return provider.name();
  }

  /** See {@link EngineProvider#processor}. */
  public String processor() {
    return provider.processor();
  }

  /** See {@link EngineProvider#ratioTolerance}. */
  public double ratioTolerance() {
    return provider.ratioTolerance();
  }

  /** A network with the process's resources. */
  public Network create(NetworkDefinition definition, Parameters parameters) {
    return create(definition, parameters, Resources.shared());
  }

  /** See {@link EngineProvider#create}. */
  public Network create(NetworkDefinition definition, Parameters parameters, Resources resources) {
    checkPrecision(resources.precision());
    return provider.create(definition, parameters, resources);
  }

  /**
   * Refuses a precision of products that its networks do not have.
   *
   * @throws IllegalArgumentException which names both
   */
  public void checkPrecision(Precision precision) {
    checkArgument(
        provider.precisions().contains(precision),
        "precision %s is not one of engine %s, which computes in %s: take engine cuda, or leave it"
            + " out",
        precision.label(),
        name(),
        provider.precisions().stream().map(Precision::label).collect(Collectors.joining(", ")));
  }

  /** See {@link EngineProvider#freeze}. */
  public FrozenWeights freeze(StoredWeights weights, Resources resources) {
    return provider.freeze(weights, resources);
  }

  /** The same of float32 parameters in memory, taken over. */
  public FrozenWeights freeze(Parameters parameters, Resources resources) {
    return freeze(StoredWeights.of(parameters), resources);
  }

  /** See {@link EngineProvider#create(NetworkDefinition, Parameters, FrozenWeights, Resources)}. */
  public Network create(
      NetworkDefinition definition, Parameters trained, FrozenWeights frozen, Resources resources) {
    checkPrecision(resources.precision());
    return provider.create(definition, trained, frozen, resources);
  }

  /** See {@link EngineProvider#memory}. */
  public NetworkMemory.Estimate memory(
      NetworkDefinition definition, Predicate<String> trained, Resources resources) {
    return provider.memory(definition, trained, resources);
  }

  /** See {@link EngineProvider#frozenMemory}. */
  public long frozenMemory(
      NetworkDefinition definition,
      Predicate<String> trained,
      StoredWeights weights,
      Resources resources) {
    return provider.frozenMemory(definition, trained, weights, resources);
  }

  /** See {@link EngineProvider#freeMemory}. */
  public OptionalLong freeMemory() {
    return provider.freeMemory();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Engine engine && engine.name().equals(name());
  }

  @Override
  public int hashCode() {
    return name().hashCode();
  }

  @Override
  public String toString() {
    return name();
  }
}
