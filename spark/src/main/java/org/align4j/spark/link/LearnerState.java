package org.align4j.spark.link;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.align4j.algorithms.settings.RlSettings;
import org.align4j.algorithms.train.LocalLearner;
import org.align4j.algorithms.train.experience.ResolvedAlgorithm;
import org.align4j.algorithms.train.report.MetricRow;
import org.align4j.algorithms.train.step.TrainStep;
import org.align4j.core.kernel.memory.NativeFloats;
import org.align4j.core.tensor.Parameters;

/**
 * All that a learner is, on the wire: how far it is, the entropy bonus, then parameters, average
 * and moments of each network, in order.
 */
final class LearnerState {

  private LearnerState() {}

  /** Writes a learner that nobody changes meanwhile. */
  static void write(DataOutputStream out, LocalLearner learner) throws IOException {
    LocalLearner.Progress progress = learner.progress();
    out.writeLong(progress.version());
    out.writeLong(progress.update());
    out.writeInt(progress.turns());
    writeRow(out, progress.metrics());
    out.writeDouble(learner.entropy().coefficient());
    out.writeDouble(learner.entropy().measured());
    for (TrainStep step : learner.state().values()) {
      out.writeLong(step.optimizer().steps());
    }
    FloatStream floats = new FloatStream();
    for (NativeFloats array : arrays(learner)) {
      out.writeLong(array.length());
      floats.write(out, array);
    }
    out.flush();
  }

  /** Overwrites a learner of the same run. */
  static void read(DataInputStream in, LocalLearner learner, RlSettings settings)
      throws IOException {
    long version = in.readLong();
    long update = in.readLong();
    int turns = in.readInt();
    MetricRow metrics = readRow(in);
    double coefficient = in.readDouble();
    double measured = in.readDouble();
    List<Long> steps = new ArrayList<>();
    for (int i = 0; i < learner.state().size(); i++) {
      steps.add(in.readLong());
    }
    FloatStream floats = new FloatStream();
    for (NativeFloats array : arrays(learner)) {
      long length = in.readLong();
      if (length != array.length()) {
        throw new IOException(
            "an array of %s floats does not match one of %s: the machines have other models"
                .formatted(length, array.length()));
      }
      floats.read(in, array);
    }
    int next = 0;
    for (TrainStep step : learner.state().values()) {
      step.optimizer().restore(steps.get(next++));
      step.network().parametersChanged();
    }
    learner.restore(
        ResolvedAlgorithm.entropyController(settings, coefficient, measured),
        new LocalLearner.Progress(version, update, turns, metrics));
  }

  private static List<NativeFloats> arrays(LocalLearner learner) {
    List<NativeFloats> arrays = new ArrayList<>();
    for (TrainStep step : learner.state().values()) {
      add(arrays, step.network().parameters());
      step.average().ifPresent(average -> add(arrays, average));
      add(arrays, step.optimizer().moments());
    }
    return arrays;
  }

  private static void add(List<NativeFloats> arrays, Parameters parameters) {
    parameters.names().forEach(name -> arrays.add(NativeFloats.of(parameters.get(name))));
  }

  private static void writeRow(DataOutputStream out, MetricRow row) throws IOException {
    Map<String, Double> sums = row.sums();
    Map<String, Integer> counts = row.counts();
    out.writeInt(sums.size());
    for (Map.Entry<String, Double> sum : sums.entrySet()) {
      out.writeUTF(sum.getKey());
      out.writeDouble(sum.getValue());
      out.writeInt(counts.getOrDefault(sum.getKey(), 1));
    }
  }

  private static MetricRow readRow(DataInputStream in) throws IOException {
    Map<String, Double> sums = new LinkedHashMap<>();
    Map<String, Integer> counts = new LinkedHashMap<>();
    int size = in.readInt();
    for (int i = 0; i < size; i++) {
      String name = in.readUTF();
      sums.put(name, in.readDouble());
      counts.put(name, in.readInt());
    }
    return new MetricRow(sums, counts);
  }
}
