package org.align4j.algorithms.preference;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import java.util.Arrays;
import java.util.function.IntToDoubleFunction;
import java.util.stream.DoubleStream;
import org.align4j.algorithms.train.evaluation.Interval;
import org.align4j.core.random.CounterRandom;
import org.nd4j.evaluation.classification.Evaluation;
import org.nd4j.evaluation.classification.EvaluationCalibration;
import org.nd4j.evaluation.classification.ROC;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * How well rewards tell the responses of held-out pairs apart, by ND4J's evaluation classes.
 *
 * @param pairs number of pairs
 * @param accuracy share of pairs whose chosen response has the higher reward; Wilson's interval
 * @param areaUnderRoc probability that some chosen response has a higher reward than some rejected
 *     one, of whatever prompts: below the accuracy where rewards of different prompts do not
 *     compare; interval by resampling pairs
 * @param calibrationError mean distance between what {@code σ(difference)} promises and what comes
 *     true, over {@link #calibration}
 * @param calibration for pairs of like confidence, how often the response with the higher reward is
 *     the chosen one
 * @param meanMargin mean reward of the chosen responses minus that of the rejected ones
 */
public record PreferenceEvaluation(
    int pairs,
    Interval accuracy,
    Interval areaUnderRoc,
    double calibrationError,
    ImmutableList<Bin> calibration,
    double meanMargin) {

  private static final long RESAMPLING = CounterRandom.stream("bootstrap of pairs");
  private static final int RESAMPLES = 200;
  private static final int BINS = 10;

  /**
   * Pairs of like confidence.
   *
   * @param promised mean of {@code σ(|difference|)}, at least 0.5
   * @param kept share of pairs in the right order; Wilson's interval
   * @param pairs number of pairs
   */
  public record Bin(double promised, Interval kept, long pairs) {}

  /** Of rewards {@code [B]} of the chosen and of the rejected responses. */
  public static PreferenceEvaluation of(double[] chosen, double[] rejected) {
    checkArgument(
        chosen.length > 0 && chosen.length == rejected.length,
        "chosen [%s] and rejected [%s] must be rewards of the same pairs, at least one",
        chosen.length,
        rejected.length);
    int b = chosen.length;
    double[] differences = new double[b];
    Arrays.setAll(differences, i -> chosen[i] - rejected[i]);
    Evaluation order = new Evaluation();
    order.eval(column(b, i -> 1), column(b, i -> sigmoid(differences[i])));
    ImmutableList<Bin> calibration = calibration(differences);
    double error = 0;
    for (Bin bin : calibration) {
      error += bin.pairs() * Math.abs(bin.promised() - bin.kept().value()) / b;
    }
    return new PreferenceEvaluation(
        b,
        Interval.ofShare(Math.round(order.accuracy() * b), b),
        areaUnderRoc(chosen, rejected),
        error,
        calibration,
        Arrays.stream(differences).average().orElseThrow());
  }

  private static ImmutableList<Bin> calibration(double[] differences) {
    int b = differences.length;
    double[][] labels = new double[b][2];
    double[][] promised = new double[b][2];
    for (int i = 0; i < b; i++) {
      labels[i][differences[i] > 0 ? 1 : 0] = 1;
      promised[i][1] = sigmoid(Math.abs(differences[i]));
      promised[i][0] = 1 - promised[i][1];
    }
    EvaluationCalibration calibration = new EvaluationCalibration(BINS, BINS);
    calibration.eval(Nd4j.createFromArray(labels), Nd4j.createFromArray(promised));
    ImmutableList.Builder<Bin> bins = ImmutableList.builder();
    for (int bin = 0; bin < BINS; bin++) {
      long total = calibration.getRDiagBinTotalCount().getLong(bin, 1);
      if (total > 0) {
        bins.add(
            new Bin(
                calibration.getRDiagBinSumPredictions().getDouble(bin, 1) / total,
                Interval.ofShare(calibration.getRDiagBinPosCount().getLong(bin, 1), total),
                total));
      }
    }
    return bins.build();
  }

  private static Interval areaUnderRoc(double[] chosen, double[] rejected) {
    int b = chosen.length;
    // ROC wants probabilities: ranks keep the order exactly, and ties ties.
    double[] distinct =
        DoubleStream.concat(Arrays.stream(chosen), Arrays.stream(rejected))
            .sorted()
            .distinct()
            .toArray();
    double[] above = ranks(chosen, distinct);
    double[] below = ranks(rejected, distinct);
    double[] resampled = new double[RESAMPLES];
    for (int r = 0; r < RESAMPLES; r++) {
      int[] indices = new int[b];
      for (int i = 0; i < b; i++) {
        indices[i] = (int) (CounterRandom.uniform(RESAMPLING, r, i) * b);
      }
      resampled[r] = area(above, below, indices);
    }
    Arrays.sort(resampled);
    int tail = RESAMPLES / 40;
    int[] all = new int[b];
    Arrays.setAll(all, i -> i);
    return new Interval(area(above, below, all), resampled[tail], resampled[RESAMPLES - 1 - tail]);
  }

  private static double[] ranks(double[] values, double[] distinct) {
    return Arrays.stream(values)
        .map(value -> (double) Arrays.binarySearch(distinct, value) / distinct.length)
        .toArray();
  }

  private static double area(double[] chosen, double[] rejected, int[] pairs) {
    // ND4J takes tied responses in the order they come in: half of both orders is half for a tie.
    return (area(chosen, rejected, pairs, 1) + area(rejected, chosen, pairs, 0)) / 2;
  }

  private static double area(double[] first, double[] second, int[] pairs, int labelOfFirst) {
    int b = pairs.length;
    ROC roc = new ROC(0);
    roc.eval(
        column(2 * b, i -> i < b ? labelOfFirst : 1 - labelOfFirst),
        column(2 * b, i -> i < b ? first[pairs[i]] : second[pairs[i - b]]));
    return roc.calculateAUC();
  }

  private static INDArray column(int length, IntToDoubleFunction values) {
    double[] column = new double[length];
    Arrays.setAll(column, values);
    return Nd4j.createFromArray(column).reshape(length, 1);
  }

  private static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }
}
