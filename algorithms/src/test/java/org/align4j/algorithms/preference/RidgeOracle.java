package org.align4j.algorithms.preference;

import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.ArrayRealVector;
import org.apache.commons.math3.linear.LUDecomposition;
import org.apache.commons.math3.linear.RealMatrix;
import org.apache.commons.math3.linear.RealVector;

/**
 * The minimum over w of {@code mean(−log σ(w·(c−r) − m) + k (w·(c+r))²) + ½ l2 |w|²} on
 * standardised features, by Newton's method.
 */
final class RidgeOracle {

  private final PairFeatures pairs;
  private final double centring;
  private final double l2;
  private final double[] mean;
  private final double[] deviation;

  RidgeOracle(PairFeatures pairs, double centring, double l2) {
    this.pairs = pairs;
    this.centring = centring;
    this.l2 = l2;
    this.mean = new double[pairs.columns()];
    this.deviation = new double[pairs.columns()];
    for (int c = 0; c < mean.length; c++) {
      double sum = 0;
      double squares = 0;
      for (int i = 0; i < pairs.size(); i++) {
        double one = pairs.chosen()[i][c];
        double other = pairs.rejected()[i][c];
        sum += one + other;
        squares += one * one + other * other;
      }
      mean[c] = sum / (2 * pairs.size());
      deviation[c] = Math.sqrt(squares / (2 * pairs.size()) - mean[c] * mean[c]);
    }
  }

  /** For features as they are. */
  double[] weights() {
    int columns = mean.length;
    RealVector w = new ArrayRealVector(columns);
    for (int iteration = 0; iteration < 50; iteration++) {
      RealVector gradient = w.mapMultiply(l2);
      RealMatrix hessian = new Array2DRowRealMatrix(columns, columns);
      for (int c = 0; c < columns; c++) {
        hessian.addToEntry(c, c, l2);
      }
      for (int i = 0; i < pairs.size(); i++) {
        RealVector chosen = standard(pairs.chosen()[i]);
        RealVector rejected = standard(pairs.rejected()[i]);
        RealVector d = chosen.subtract(rejected);
        RealVector s = chosen.add(rejected);
        double p = 1 / (1 + Math.exp(w.dotProduct(d) - pairs.margins()[i]));
        double n = pairs.size();
        gradient = gradient.add(d.mapMultiply(-p / n));
        gradient = gradient.add(s.mapMultiply(2 * centring * w.dotProduct(s) / n));
        hessian = hessian.add(d.outerProduct(d).scalarMultiply(p * (1 - p) / n));
        hessian = hessian.add(s.outerProduct(s).scalarMultiply(2 * centring / n));
      }
      w = w.subtract(new LUDecomposition(hessian).getSolver().solve(gradient));
    }
    double[] weights = w.toArray();
    for (int c = 0; c < columns; c++) {
      weights[c] /= deviation[c];
    }
    return weights;
  }

  private RealVector standard(float[] row) {
    RealVector standard = new ArrayRealVector(row.length);
    for (int c = 0; c < row.length; c++) {
      standard.setEntry(c, (row[c] - mean[c]) / deviation[c]);
    }
    return standard;
  }
}
