package org.align4j.algorithms.data;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import org.align4j.core.random.CounterRandom;

/**
 * Prompts without end: every pass over the data is in another order, which depends on seed and pass
 * only. The cursor is its whole state.
 */
public final class PromptStream {

  private static final long ORDER = CounterRandom.stream("prompt order");

  private final Prompts prompts;
  private final long seed;
  private long cursor;
  private long shuffledPass = -1;
  private int[] order = {};

  /** A stream at its beginning. */
  public PromptStream(Prompts prompts, long seed) {
    checkArgument(prompts.size() > 0, "there are no prompts");
    this.prompts = prompts;
    this.seed = seed;
  }

  /** The next prompts. */
  public ImmutableList<Prompt> next(int count) {
    ImmutableList.Builder<Prompt> batch = ImmutableList.builderWithExpectedSize(count);
    for (int i = 0; i < count; i++) {
      batch.add(prompts.get(index(cursor++)));
    }
    return batch.build();
  }

  /** Prompts handed out so far. */
  public long cursor() {
    return cursor;
  }

  /** Goes to where a stream of the same prompts and seed was. */
  public void seek(long position) {
    checkArgument(position >= 0, "cursor is %s: it must be 0 or above", position);
    cursor = position;
  }

  private int index(long position) {
    long pass = position / prompts.size();
    if (pass != shuffledPass) {
      order = shuffled(pass);
      shuffledPass = pass;
    }
    return order[(int) (position % prompts.size())];
  }

  /** Fisher and Yates. */
  private int[] shuffled(long pass) {
    int[] indices = new int[prompts.size()];
    for (int i = 0; i < indices.length; i++) {
      int j = (int) (CounterRandom.uniform(seed ^ ORDER, pass, i) * (i + 1));
      indices[i] = indices[j];
      indices[j] = i;
    }
    return indices;
  }
}
