package org.align4j.algorithms.run.data;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.align4j.algorithms.data.BadLines;
import org.align4j.algorithms.data.JsonLines;
import org.align4j.algorithms.data.PairFiles;
import org.align4j.algorithms.data.PreferencePair;
import org.align4j.algorithms.preference.PairSplit;
import org.align4j.algorithms.settings.input.PairInput;
import org.align4j.algorithms.settings.run.EvaluationSettings;
import org.align4j.algorithms.settings.run.RunSettings;
import org.align4j.algorithms.train.codec.ModelCodec;
import org.align4j.models.checkpoint.StoredCheckpoint;

/** The pairs of a run. */
public final class PairData {

  private static final int HELD_OUT = 128;
  private static final int EVERY = 20;

  private PairData() {}

  /** Evaluations that are right for pairs, which cost no sampling. */
  public static RunSettings evaluated(RunSettings run) {
    return run.withEvaluation(e -> e.withSize(HELD_OUT).withEvery(EVERY));
  }

  /**
   * Reads and splits the pairs as the model reads them; held-out ones come from a file of their own
   * or from the end of the data. The files are checked before the model is read.
   *
   * @param maxLength most tokens of prompt and response
   */
  public static PairSplit open(PairInput input, EvaluationSettings evaluation, int maxLength) {
    List<PreferencePair> all = read(input, input.data());
    Optional<List<PreferencePair>> others =
        evaluation.isOn() ? evaluation.prompts().map(path -> read(input, path)) : Optional.empty();
    try (StoredCheckpoint model = PolicyFiles.open(Optional.of(input.model()))) {
      ModelCodec codec = ModelCodec.of(model);
      int longest = Math.min(maxLength, model.config().maxPositions());
      int size = evaluation.size();
      return others.isPresent()
          ? PairSplit.of(asRead(all, model), asRead(others.get(), model), size, codec, longest)
          : PairSplit.of(asRead(all, model), size, codec, longest);
    }
  }

  private static List<PreferencePair> asRead(List<PreferencePair> pairs, StoredCheckpoint model) {
    return model.chatTemplate().isPresent()
        ? pairs.stream().map(PreferencePair::asChat).toList()
        : pairs;
  }

  private static List<PreferencePair> read(PairInput input, String path) {
    try (JsonLines<PreferencePair> lines =
        PairFiles.preferences(
            Path.of(path), input.skipBadLines() ? BadLines.SKIP : BadLines.FATAL)) {
      return lines.all();
    }
  }
}
