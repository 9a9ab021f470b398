package org.align4j.bench.reproduce.preference;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.align4j.core.file.JsonFiles;

/** What is to be said of samples and of the pairs made of them. */
final class PairFacts {

  private int samples;
  private double rightSamples;
  private double tokens;
  private final List<Sample> chosen = new ArrayList<>();
  private final List<Sample> rejected = new ArrayList<>();

  void sampled(Sample sample) {
    samples++;
    rightSamples += sample.right() ? 1 : 0;
    tokens += sample.length();
  }

  void labelled(Sample better, Sample worse) {
    chosen.add(better);
    rejected.add(worse);
  }

  ObjectNode toJson() {
    ObjectNode node = JsonFiles.mapper().createObjectNode();
    node.put("samples", samples);
    node.put("right_share", (float) (rightSamples / samples));
    node.put("mean_length", (float) (tokens / samples));
    node.put("pairs", chosen.size());
    node.put("longer_preferred", (float) longerPreferred());
    node.put("right_preferred", (float) rightPreferred());
    node.put("right_longer", (float) rightLonger());
    node.put("length_correlation", (float) lengthCorrelation());
    return node;
  }

  /** Share of pairs of unequal length in which the longer is preferred. */
  double longerPreferred() {
    double longer = 0;
    double unequal = 0;
    for (int i = 0; i < chosen.size(); i++) {
      int difference = chosen.get(i).length() - rejected.get(i).length();
      longer += difference > 0 ? 1 : 0;
      unequal += difference == 0 ? 0 : 1;
    }
    return longer / unequal;
  }

  /** Share of pairs of a right and a wrong answer in which the right one is preferred. */
  private double rightPreferred() {
    double right = 0;
    double unequal = 0;
    for (int i = 0; i < chosen.size(); i++) {
      right += chosen.get(i).right() && !rejected.get(i).right() ? 1 : 0;
      unequal += chosen.get(i).right() == rejected.get(i).right() ? 0 : 1;
    }
    return right / unequal;
  }

  /** Share of pairs of a right and a wrong answer, unequally long, in which the right is longer. */
  private double rightLonger() {
    double longer = 0;
    double unequal = 0;
    for (int i = 0; i < chosen.size(); i++) {
      int difference = chosen.get(i).length() - rejected.get(i).length();
      if (chosen.get(i).right() != rejected.get(i).right() && difference != 0) {
        longer += chosen.get(i).right() == difference > 0 ? 1 : 0;
        unequal++;
      }
    }
    return longer / unequal;
  }

  /**
   * Point-biserial correlation of being preferred with the length: over pairs in both orders the
   * mean of both is 0, which leaves {@code Σd / √(n Σd²)} of the differences d of length.
   */
  double lengthCorrelation() {
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < chosen.size(); i++) {
      double difference = chosen.get(i).length() - rejected.get(i).length();
      sum += difference;
      squares += difference * difference;
    }
    return sum / Math.sqrt(chosen.size() * squares);
  }
}
