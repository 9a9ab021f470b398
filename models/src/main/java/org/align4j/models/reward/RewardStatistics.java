package org.align4j.models.reward;

import static com.google.common.base.Preconditions.checkArgument;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.align4j.core.file.BadFileException;
import org.align4j.core.file.JsonFiles;

/**
 * Which rewards a model gives: pairs fix neither the zero nor, for the next reader, the unit.
 *
 * @param mean over the responses of an evaluation set
 * @param deviation standard deviation over them, ddof 0; where it is 0, z-scores are only centred
 * @param count responses
 */
public record RewardStatistics(double mean, double deviation, long count) {

  /** Beside the model's {@code config.json}. */
  public static final String FILE = "reward_statistics.json";

  private static final long LARGEST = 1 << 16;

  public RewardStatistics {
    checkArgument(Double.isFinite(mean), "mean is %s: it must be a finite number", mean);
    checkArgument(
        deviation >= 0 && Double.isFinite(deviation),
        "deviation is %s: it must be 0 or above",
        deviation);
    checkArgument(count > 1, "count is %s: it must be at least 2", count);
  }

  /** Of rewards {@code [B]}. */
  public static RewardStatistics of(double[] rewards) {
    double mean = 0;
    for (double reward : rewards) {
      mean += reward / rewards.length;
    }
    double squares = 0;
    for (double reward : rewards) {
      squares += (reward - mean) * (reward - mean);
    }
    return new RewardStatistics(mean, Math.sqrt(squares / rewards.length), rewards.length);
  }

  /** How many deviations a reward is above the mean. */
  public double zScore(double reward) {
    return (reward - mean) / (deviation > 0 ? deviation : 1);
  }

  /** Those of a model's folder, where it has them. */
  static Optional<RewardStatistics> read(Path folder) {
    Path file = folder.resolve(FILE);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    JsonNode json = JsonFiles.readObject(file, LARGEST);
    for (String key : new String[] {"mean", "deviation", "count"}) {
      if (!json.path(key).isNumber()) {
        throw new BadFileException(
            file, "has no number \"%s\": save the reward model again or remove the file", key);
      }
    }
    try {
      return Optional.of(
          new RewardStatistics(
              json.get("mean").doubleValue(),
              json.get("deviation").doubleValue(),
              json.get("count").longValue()));
    } catch (IllegalArgumentException e) {
      throw new BadFileException(file, String.valueOf(e.getMessage()), e);
    }
  }

  /** Writes the file into a folder that is being made. */
  void write(Path folder) {
    var json = JsonFiles.mapper().createObjectNode();
    json.put("mean", mean).put("deviation", deviation).put("count", count);
    try {
      Files.writeString(folder.resolve(FILE), json.toPrettyString() + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
