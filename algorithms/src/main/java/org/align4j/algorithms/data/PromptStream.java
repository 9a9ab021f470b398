package org.align4j.algorithms.data;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;

/** Prompts without end, every pass in another order. The cursor is its whole state. */
public final class PromptStream {

  private final Prompts prompts;
  private final Shuffle shuffle;
  private long cursor;

  /** A stream at its beginning. */
  public PromptStream(Prompts prompts, long seed) {
    checkArgument(prompts.size() > 0, "there are no prompts");
    this.prompts = prompts;
    this.shuffle = new Shuffle("prompt order", seed, prompts.size());
  }

  /** The next prompts. */
  public ImmutableList<Prompt> next(int count) {
    ImmutableList.Builder<Prompt> batch = ImmutableList.builderWithExpectedSize(count);
    for (int i = 0; i < count; i++) {
      batch.add(prompts.get(shuffle.at(cursor++)));
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
}
