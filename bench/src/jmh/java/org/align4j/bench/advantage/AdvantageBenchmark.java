package org.align4j.bench.advantage;

import static java.util.Objects.requireNonNull;

import java.util.Arrays;
import java.util.Random;
import org.align4j.algorithms.advantage.AdvantageSettings;
import org.align4j.algorithms.advantage.Advantages;
import org.align4j.algorithms.advantage.Experience;
import org.align4j.algorithms.advantage.Groups;
import org.align4j.algorithms.advantage.Returns;
import org.align4j.algorithms.advantage.estimator.Gae;
import org.align4j.algorithms.advantage.estimator.ReinforcePlusPlus;
import org.align4j.algorithms.convention.Convention;
import org.align4j.algorithms.convention.Convention.Discounting;
import org.align4j.algorithms.train.rollout.PaddedArrays;
import org.align4j.core.tensor.ArrayScope;
import org.align4j.core.tensor.Masked;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * The array arithmetic of a rollout batch, responses of random length, in OpenRLHF's convention.
 */
@State(Scope.Benchmark)
public class AdvantageBenchmark {

  private static final AdvantageSettings SETTINGS = AdvantageSettings.of(Convention.OPENRLHF);

  private static final AdvantageSettings STOPPING =
      AdvantageSettings.of(Convention.of("verl-0.7")).withGamma(0.99);

  /** Samples and columns of the batch. */
  @Param({"64x128", "256x512", "1024x1024"})
  public String shape = "64x128";

  private Experience batch = batch(4, 1);

  /** Draws the batch. */
  @Setup
  public void draw() {
    int cross = shape.indexOf('x');
    batch =
        batch(
            Integer.parseInt(shape.substring(0, cross)),
            Integer.parseInt(shape.substring(cross + 1)));
  }

  private static Experience batch(int rows, int columns) {
    Random random = new Random(1);
    float[][] ones = new float[rows][columns];
    for (float[] row : ones) {
      Arrays.fill(row, 0, 1 + random.nextInt(columns), 1f);
    }
    INDArray mask = PaddedArrays.of(ones, columns);
    return Experience.of(
            mask,
            numbers(random, rows, columns).negi().muli(mask),
            numbers(random, rows, columns).negi().muli(mask),
            numbers(random, 1, rows).reshape(rows),
            Groups.consecutive(rows / 4, 4))
        .withValues(numbers(random, rows, columns).muli(mask));
  }

  private static INDArray numbers(Random random, int rows, int columns) {
    float[][] numbers = new float[rows][columns];
    for (float[] row : numbers) {
      for (int t = 0; t < columns; t++) {
        row[t] = random.nextFloat();
      }
    }
    return PaddedArrays.of(numbers, columns);
  }

  /** Discounted returns. */
  @Benchmark
  public INDArray returns() {
    try (ArrayScope _ = ArrayScope.open()) {
      return Returns.toGo(batch.logProbs(), batch.responseMask(), 0.99, Discounting.EVERY_COLUMN);
    }
  }

  /** Discounted returns that stop at holes of the mask. */
  @Benchmark
  public INDArray returnsOfTurns() {
    try (ArrayScope _ = ArrayScope.open()) {
      return Returns.ofTurns(batch.logProbs(), batch.responseMask(), STOPPING);
    }
  }

  /** Generalised advantage estimates. */
  @Benchmark
  public INDArray generalised() {
    try (ArrayScope _ = ArrayScope.open()) {
      return Returns.generalised(
          batch.logProbs(),
          requireNonNull(batch.values()),
          batch.responseMask(),
          0.99,
          0.95,
          Discounting.EVERY_COLUMN);
    }
  }

  /** The last response token of each row. */
  @Benchmark
  public INDArray lastTokens() {
    try (ArrayScope _ = ArrayScope.open()) {
      return Masked.last(batch.responseMask());
    }
  }

  /** All of REINFORCE++: KL, token rewards, returns, whitening. */
  @Benchmark
  public Advantages reinforcePlusPlus() {
    try (ArrayScope _ = ArrayScope.open()) {
      return new ReinforcePlusPlus().estimate(batch, SETTINGS);
    }
  }

  /** All of PPO's: KL, token rewards, generalised advantages, whitening. */
  @Benchmark
  public Advantages gae() {
    try (ArrayScope _ = ArrayScope.open()) {
      return new Gae().estimate(batch, SETTINGS);
    }
  }
}
