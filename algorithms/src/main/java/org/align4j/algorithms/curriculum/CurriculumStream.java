package org.align4j.algorithms.curriculum;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import org.align4j.algorithms.data.Prompt;
import org.align4j.algorithms.data.Prompts;
import org.align4j.algorithms.data.Shuffle;
import org.align4j.core.random.CounterRandom;
import org.align4j.core.tensor.Parameters;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Prompts without end, every pass in another order. With a curriculum some are passed over, by what
 * it says of their success so far. The cursor and the successes are its whole state.
 */
public final class CurriculumStream implements AutoCloseable {

  private static final long TAKEN = CounterRandom.stream("curriculum");
  private static final int LARGEST = 50_000_000;

  /** Places looked at for one prompt before the next one is taken whatever its weight. */
  private static final int PATIENCE = 16;

  private final Prompts prompts;
  private final Shuffle shuffle;
  private final long seed;
  private final @Nullable Curriculum curriculum;
  private final @Nullable Parameters successes;
  private long cursor;

  /** A stream at its beginning; without a curriculum every prompt is taken. */
  public CurriculumStream(Prompts prompts, long seed, @Nullable Curriculum curriculum) {
    checkArgument(prompts.size() > 0, "there are no prompts");
    checkArgument(
        curriculum == null || prompts.size() <= LARGEST,
        "rollout.curriculum is %s: it remembers every prompt, and %s are more than the %s it can",
        curriculum == null ? "" : curriculum.name(),
        prompts.size(),
        LARGEST);
    this.prompts = prompts;
    this.shuffle = new Shuffle("prompt order", seed, prompts.size());
    this.seed = seed ^ TAKEN;
    this.curriculum = curriculum;
    long[] shape = {prompts.size()};
    this.successes =
        curriculum == null
            ? null
            : Parameters.zeros(DataType.FLOAT, ImmutableMap.of("attempts", shape, "right", shape));
  }

  /**
   * A prompt and its place in the data.
   *
   * @param index in {@link Prompts}
   */
  public record Drawn(int index, Prompt prompt) {}

  /** The next prompts. */
  public ImmutableList<Drawn> next(int count) {
    ImmutableList.Builder<Drawn> batch = ImmutableList.builderWithExpectedSize(count);
    for (int i = 0; i < count; i++) {
      int index = nextIndex();
      batch.add(new Drawn(index, prompts.get(index)));
    }
    return batch.build();
  }

  private int nextIndex() {
    int index = shuffle.at(cursor++);
    for (int seen = 1; seen < PATIENCE && !taken(index, cursor - 1); seen++) {
      index = shuffle.at(cursor++);
    }
    return index;
  }

  private boolean taken(int index, long position) {
    if (curriculum == null || successes == null) {
      return true;
    }
    double attempts = successes.get("attempts").getDouble(index);
    double rate = attempts == 0 ? 0 : successes.get("right").getDouble(index) / attempts;
    double weight = curriculum.weight(rate, (long) attempts);
    checkArgument(
        weight >= 0 && weight <= 1,
        "curriculum %s answered %s: it must be in [0, 1]",
        curriculum.name(),
        weight);
    return CounterRandom.uniform(seed, position, 0) < weight;
  }

  /** Remembers how the responses to a prompt fared. */
  public void observe(int index, int attempts, int right) {
    if (successes != null) {
      add(successes.get("attempts"), index, attempts);
      add(successes.get("right"), index, right);
    }
  }

  private static void add(INDArray array, int index, int count) {
    array.putScalar(index, array.getDouble(index) + count);
  }

  /** Arrays of the state beside the cursor, live; none without a curriculum. */
  public ImmutableMap<String, Parameters> state() {
    return successes == null ? ImmutableMap.of() : ImmutableMap.of("curriculum", successes);
  }

  /** The prompt at a place of the data. */
  public Prompt prompt(int index) {
    checkArgument(
        index >= 0 && index < prompts.size(),
        "there is no prompt %s: the data has %s",
        index,
        prompts.size());
    return prompts.get(index);
  }

  /** Places of the data passed so far. */
  public long cursor() {
    return cursor;
  }

  /** Goes to where a stream of the same prompts and seed was. */
  public void seek(long position) {
    checkArgument(position >= 0, "cursor is %s: it must be 0 or above", position);
    cursor = position;
  }

  @Override
  public void close() {
    if (successes != null) {
      successes.close();
    }
  }
}
