package org.align4j.algorithms.advantage;

import com.google.common.primitives.ImmutableDoubleArray;
import java.util.Random;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/** Random rollouts as plain arrays, so that expected values can be computed without ND4J. */
final class Rollouts {

  final int b;
  final int t;
  final double[][] mask;
  final double[][] old;
  final double[][] ref;
  final double[][] values;
  final double[] rewards;
  final double[] greedy;
  final int[] group;

  /** Two rewards, of weights 1 and −0.5. */
  final double[][] components;

  private Rollouts(int b, int t) {
    this.b = b;
    this.t = t;
    mask = new double[b][t];
    old = new double[b][t];
    ref = new double[b][t];
    values = new double[b][t];
    rewards = new double[b];
    greedy = new double[b];
    group = new int[b];
    components = new double[2][b];
  }

  /** Lengths, holes, rewards and groups (mixed sizes, any order) at random. */
  static Rollouts random(long seed, int b, int t) {
    Random random = new Random(seed);
    Rollouts r = new Rollouts(b, t);
    for (int i = 0; i < b; i++) {
      int length = 1 + random.nextInt(t);
      for (int j = 0; j < length; j++) {
        r.mask[i][j] = j == length - 1 || random.nextInt(4) > 0 ? 1 : 0;
        // A model answers at every column; what it says at observation tokens must not matter.
        r.old[i][j] = -random.nextDouble() * 3;
        r.ref[i][j] = r.old[i][j] + random.nextGaussian();
        r.values[i][j] = random.nextGaussian();
      }
      r.rewards[i] = random.nextInt(3) == 0 ? random.nextInt(2) : 3 * random.nextGaussian();
      r.greedy[i] = random.nextGaussian();
      r.components[0][i] = random.nextInt(2);
      r.components[1][i] = random.nextGaussian();
      r.group[i] = 7 * random.nextInt(Math.max(1, b / 3));
    }
    return r;
  }

  Experience experience(DataType type) {
    return Experience.of(
            Nd4j.createFromArray(mask).castTo(type),
            Nd4j.createFromArray(old).castTo(type),
            Nd4j.createFromArray(ref).castTo(type),
            Nd4j.createFromArray(rewards).castTo(type),
            Groups.of(group))
        .withValues(Nd4j.createFromArray(values).castTo(type))
        .withGreedyRewards(Nd4j.createFromArray(greedy).castTo(type))
        .withParts(
            new RewardParts(
                Nd4j.createFromArray(components).castTo(type), ImmutableDoubleArray.of(1, -0.5)));
  }

  Experience experience() {
    return experience(DataType.DOUBLE);
  }

  /** The same rows in another order. */
  Rollouts permuted(int[] order) {
    Rollouts r = new Rollouts(b, t);
    for (int i = 0; i < b; i++) {
      int from = order[i];
      r.mask[i] = mask[from].clone();
      r.old[i] = old[from].clone();
      r.ref[i] = ref[from].clone();
      r.values[i] = values[from].clone();
      r.rewards[i] = rewards[from];
      r.greedy[i] = greedy[from];
      r.components[0][i] = components[0][from];
      r.components[1][i] = components[1][from];
      r.group[i] = group[from];
    }
    return r;
  }

  /** The same rows with masked columns added at the end. */
  Rollouts padded(int columns) {
    Rollouts r = new Rollouts(b, t + columns);
    for (int i = 0; i < b; i++) {
      System.arraycopy(mask[i], 0, r.mask[i], 0, t);
      System.arraycopy(old[i], 0, r.old[i], 0, t);
      System.arraycopy(ref[i], 0, r.ref[i], 0, t);
      System.arraycopy(values[i], 0, r.values[i], 0, t);
      r.rewards[i] = rewards[i];
      r.greedy[i] = greedy[i];
      r.components[0][i] = components[0][i];
      r.components[1][i] = components[1][i];
      r.group[i] = group[i];
    }
    return r;
  }

  /** The rows of one group alone. */
  Rollouts onlyGroup(int id) {
    int n = 0;
    for (int g : group) {
      n += g == id ? 1 : 0;
    }
    Rollouts r = new Rollouts(n, t);
    int row = 0;
    for (int i = 0; i < b; i++) {
      if (group[i] == id) {
        r.mask[row] = mask[i].clone();
        r.old[row] = old[i].clone();
        r.ref[row] = ref[i].clone();
        r.values[row] = values[i].clone();
        r.rewards[row] = rewards[i];
        r.greedy[row] = greedy[i];
        r.components[0][row] = components[0][i];
        r.components[1][row] = components[1][i];
        r.group[row] = id;
        row++;
      }
    }
    return r;
  }

  int lastToken(int i) {
    int last = -1;
    for (int j = 0; j < t; j++) {
      if (mask[i][j] == 1) {
        last = j;
      }
    }
    return last;
  }

  double length(int i) {
    double length = 0;
    for (double m : mask[i]) {
      length += m;
    }
    return length;
  }
}
