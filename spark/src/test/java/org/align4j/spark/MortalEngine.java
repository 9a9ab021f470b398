package org.align4j.spark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.align4j.core.batch.TokenBatch;
import org.align4j.core.engine.Decoder;
import org.align4j.core.engine.EngineProvider;
import org.align4j.core.engine.FrozenWeights;
import org.align4j.core.engine.Network;
import org.align4j.core.engine.NetworkDefinition;
import org.align4j.core.engine.Scores;
import org.align4j.core.plan.PlanEngine;
import org.align4j.core.runtime.Resources;
import org.align4j.core.tensor.Gradients;
import org.align4j.core.tensor.Parameters;
import org.align4j.core.tensor.StoredWeights;
import org.jspecify.annotations.Nullable;

/**
 * The plan engine in executors that can be killed at a point of their work: the first that finds a
 * file of that name in the folder {@code align4j.mortal} takes it away and halts its JVM.
 */
public final class MortalEngine implements EngineProvider {

  static final String NAME = "mortal";
  static final String FOLDER = "align4j.mortal";
  static final String SAMPLING = "sampling";
  static final String SCORING = "scoring";

  /** Read once; the backward pass of this number, from the first that sees the file, is the end. */
  static final String LEARNING = "learning";

  private static final AtomicInteger BACKWARDS = new AtomicInteger();

  private final PlanEngine plan = new PlanEngine();

  /** For the service loader. */
  public MortalEngine() {}

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String processor() {
    return plan.processor();
  }

  @Override
  public Network create(NetworkDefinition definition, Parameters parameters, Resources resources) {
    return new MortalNetwork(plan.create(definition, parameters, resources));
  }

  @Override
  public FrozenWeights freeze(StoredWeights weights, Resources resources) {
    return plan.freeze(weights, resources);
  }

  @Override
  public Network create(
      NetworkDefinition definition, Parameters trained, FrozenWeights frozen, Resources resources) {
    return new MortalNetwork(plan.create(definition, trained, frozen, resources));
  }

  @Override
  public double ratioTolerance() {
    return plan.ratioTolerance();
  }

  /** Where executors look for orders to die; null in other processes. */
  private static @Nullable Path order(String point) {
    String folder = System.getProperty(FOLDER);
    return folder == null ? null : Path.of(folder, point);
  }

  private static void mayDie(String point) {
    Path order = order(point);
    if (order != null && take(order)) {
      Runtime.getRuntime().halt(137);
    }
  }

  private static boolean take(Path order) {
    try {
      return Files.deleteIfExists(order);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void mayDieLearning() {
    Path order = order(LEARNING);
    if (order != null && Files.exists(order) && BACKWARDS.incrementAndGet() == 2 && take(order)) {
      Runtime.getRuntime().halt(137);
    }
  }

  private record MortalNetwork(Network inner) implements Network {

    @Override
    public Parameters parameters() {
      return inner.parameters();
    }

    @Override
    public void parametersChanged() {
      inner.parametersChanged();
    }

    @Override
    public long version() {
      return inner.version();
    }

    @Override
    public Scores score(TokenBatch batch) {
      mayDie(SCORING);
      return inner.score(batch);
    }

    @Override
    public float[][] hidden(TokenBatch batch) {
      return inner.hidden(batch);
    }

    @Override
    public Scores forward(TokenBatch batch) {
      return inner.forward(batch);
    }

    @Override
    public void backward(float[] dOutputs, float @Nullable [] dEntropy) {
      mayDieLearning();
      inner.backward(dOutputs, dEntropy);
    }

    @Override
    public int preferredTokens() {
      return inner.preferredTokens();
    }

    @Override
    public Resources resources() {
      return inner.resources();
    }

    @Override
    public void freeze() {
      inner.freeze();
    }

    @Override
    public Gradients gradients() {
      return inner.gradients();
    }

    @Override
    public Decoder decoder(int slots, int maxLength) {
      mayDie(SAMPLING);
      return inner.decoder(slots, maxLength);
    }

    @Override
    public void close() {
      inner.close();
    }
  }
}
