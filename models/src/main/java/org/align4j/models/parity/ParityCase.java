package org.align4j.models.parity;

import static org.align4j.models.parity.Deviations.largest;
import static org.align4j.models.parity.Deviations.largestDifference;
import static org.align4j.models.parity.Deviations.relative;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.align4j.core.engine.Decoder;
import org.align4j.core.engine.Engine;
import org.align4j.core.engine.Network;
import org.align4j.core.engine.Scores;
import org.align4j.core.file.BadFileException;
import org.align4j.core.tensor.Parameters;
import org.align4j.models.checkpoint.Checkpoint;
import org.align4j.models.checkpoint.Safetensors;
import org.align4j.models.policy.MicroBatch;
import org.align4j.models.policy.PackedSequences;
import org.align4j.models.policy.TokenSequence;
import org.align4j.models.transformer.ModelHead;
import org.align4j.models.transformer.Transformer;
import org.align4j.models.transformer.TransformerConfig;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A folder with a small checkpoint, {@code case.json} and {@code expected.safetensors}: logits,
 * log-probs, entropy, loss, gradients, their norm and two optimiser steps against another
 * implementation's.
 */
final class ParityCase {

  private static final double AFTER_TOLERANCE = 1e-4;
  private static final double SMALL_GRADIENT = 1e-5;

  private final Path folder;
  private final ParityCaseFile file;
  private final Map<String, INDArray> expected;
  private final Deviations deviations;

  private ParityCase(Path folder, String name) {
    this.folder = folder;
    this.file = ParityCaseFile.read(folder.resolve("case.json"));
    this.expected = load(folder.resolve("expected.safetensors"));
    this.deviations = new Deviations(name);
  }

  /**
   * Runs the case of a folder. Where the checkpoint is stored in a half type and the exact rotary
   * frequencies do not agree, it is run once more with frequencies rounded to that type: {@code
   * torch.nn.Module.to} rounds this buffer with the weights, {@code from_pretrained} does not, and
   * peers' answers come from both.
   */
  static ParityResult run(Path folder, Engine engine) {
    ParityResult exact = run(folder, folder.toString(), engine, FrequencyRounding.NONE);
    FrequencyRounding stored = FrequencyRounding.ofCheckpoint(folder);
    if (exact.passed() || stored == FrequencyRounding.NONE) {
      return exact;
    }
    String name = folder + " (rotary frequencies rounded to " + stored.typeName() + ")";
    ParityResult rounded = run(folder, name, engine, stored);
    return rounded.passed() ? rounded : exact;
  }

  private static ParityResult run(
      Path folder, String name, Engine engine, FrequencyRounding rounding) {
    var parityCase = new ParityCase(folder, name);
    try (Checkpoint checkpoint = Checkpoint.load(folder)) {
      TransformerConfig config = checkpoint.config();
      float[] frequencies = rounding.round(config.rope().inverseFrequencies(config.headDim()));
      var transformer = new Transformer(config, ModelHead.LANGUAGE, frequencies);
      try (Network network = engine.create(transformer, checkpoint.parameters())) {
        parityCase.logits(network);
        parityCase.gradients(network);
        parityCase.optimizer(network);
      }
    } finally {
      parityCase.expected.values().forEach(INDArray::close);
    }
    return parityCase.deviations.result();
  }

  /** Token by token through the cache, and once more with the whole sequence as the prompt. */
  private void logits(Network network) {
    for (int i = 0; i < file.sequences().size(); i++) {
      int[] ids = file.sequences().get(i);
      INDArray rows = expected("logits." + i);
      try (Decoder decoder = network.decoder(2, ids.length)) {
        int slot = decoder.start(new int[] {ids[0]}, 1, ids.length - 1)[0];
        for (int t = 0; t < ids.length; t++) {
          if (t > 0) {
            decoder.append(new int[] {slot}, new int[] {ids[t]});
          }
          compareLogits(i, t, decoder.logits(slot), rows);
        }
        int whole = decoder.start(ids, 1, 0)[0];
        compareLogits(i, ids.length - 1, decoder.logits(whole), rows);
      }
    }
  }

  private void compareLogits(int sequence, int token, float[] actual, INDArray rows) {
    float[] row = floats(rows.getRow(token).dup('c'));
    deviations.add(
        "logits",
        " of sequence " + sequence + ", token " + token,
        largestDifference(actual, row),
        file.logitsTolerance());
  }

  /** Log-probs, entropy, loss, and the gradient of the loss by every parameter. */
  private void gradients(Network network) {
    List<TokenSequence> sequences = new ArrayList<>();
    for (int[] ids : file.sequences()) {
      sequences.add(TokenSequence.ofText(ids));
    }
    var packed = PackedSequences.ofResponses(sequences, Integer.MAX_VALUE, file.temperature());
    float[][] logProbs = packed.zeros();
    float[][] entropy = packed.zeros();
    float[][] coefficients = packed.zeros();
    for (int i = 0; i < sequences.size(); i++) {
      System.arraycopy(
          file.coefficients().get(i), 1, coefficients[i], 0, sequences.get(i).response().length);
    }
    network.gradients().zero();
    for (MicroBatch batch : packed.batches()) {
      Scores scores = network.forward(batch.batch());
      batch.scatter(scores.outputs(), logProbs);
      batch.scatter(scores.entropy(), entropy);
      network.backward(batch.gather(coefficients), null);
    }
    double loss = 0;
    for (int i = 0; i < sequences.size(); i++) {
      int length = sequences.get(i).response().length;
      if (length > 0) {
        compareRow("log_probs", i, logProbs[i], length);
        compareRow("entropy", i, entropy[i], length);
      }
      for (int t = 0; t < length; t++) {
        loss += (double) coefficients[i][t] * logProbs[i][t];
      }
    }
    deviations.add(
        "loss",
        "",
        relative(Math.abs(loss - file.loss()), Math.abs(file.loss())),
        file.gradientTolerance());
    compareGradients(network);
  }

  private void compareRow(String quantity, int sequence, float[] padded, int length) {
    float[] actual = Arrays.copyOf(padded, length);
    deviations.add(
        quantity,
        " of sequence " + sequence,
        largestDifference(actual, floats(expected(quantity + "." + sequence))),
        file.logProbsTolerance());
  }

  private void compareGradients(Network network) {
    double squares = 0;
    for (String name : network.parameters().names()) {
      float[] actual = floats(network.gradients().get(name));
      float[] wanted = floats(expected("grad." + name));
      for (float value : actual) {
        squares += (double) value * value;
      }
      deviations.add(
          "gradients",
          " of " + name,
          relative(largestDifference(actual, wanted), largest(wanted)),
          file.gradientTolerance());
    }
    deviations.add(
        "grad_norm",
        "",
        relative(Math.abs(Math.sqrt(squares) - file.gradNorm()), file.gradNorm()),
        file.gradientTolerance());
  }

  /** Steps with the same clipped gradient; elements whose gradient is rounding are left out. */
  private void optimizer(Network network) {
    CaseOptimizer.step(network, file);
    Parameters parameters = network.parameters();
    for (String name : parameters.names()) {
      float[] actual = floats(parameters.get(name));
      float[] wanted = floats(expected("after." + name));
      float[] gradient = floats(expected("grad." + name));
      double floor = SMALL_GRADIENT * largest(gradient);
      double deviation = actual.length == wanted.length ? 0 : Double.POSITIVE_INFINITY;
      for (int i = 0; i < Math.min(actual.length, wanted.length); i++) {
        if (gradient[i] == 0 || Math.abs(gradient[i]) >= floor) {
          deviation = Math.max(deviation, Math.abs((double) actual[i] - wanted[i]));
        }
      }
      deviations.add("after", " of " + name, deviation, AFTER_TOLERANCE);
    }
  }

  private static Map<String, INDArray> load(Path path) {
    Map<String, INDArray> arrays = new HashMap<>();
    try (Safetensors file = Safetensors.open(path)) {
      file.names().forEach(name -> arrays.put(name, file.load(name)));
    }
    return arrays;
  }

  private INDArray expected(String name) {
    INDArray array = expected.get(name);
    if (array == null) {
      throw new BadFileException(
          folder.resolve("expected.safetensors"),
          "has no tensor %s: the case is not complete",
          name);
    }
    return array;
  }

  private static float[] floats(INDArray array) {
    return array.data().asFloat();
  }
}
