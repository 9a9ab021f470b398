package org.align4j.algorithms.train.step;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.stream.IntStream;

/**
 * How a mini-batch is cut, and who computes which part.
 *
 * @param shards a power of two: {@code update.gradientShards}
 * @param exchange makes one gradient of them
 */
public record Sharding(int shards, ShardExchange exchange) {

  /** The whole mini-batch at once, here. */
  public static final Sharding NONE = new Sharding(1, ShardExchange.ALONE);

  /** Checks the number of shards. */
  public Sharding {
    checkArgument(
        Integer.bitCount(shards) == 1 && shards > 0,
        "update.gradientShards is %s: it must be a power of two",
        shards);
  }

  /** Rows of a shard of a mini-batch of so many rows. */
  int[] rows(int shard, int rows) {
    return IntStream.range(start(shard, rows), start(shard + 1, rows)).toArray();
  }

  private int start(int shard, int rows) {
    return (int) ((long) rows * shard / shards);
  }
}
