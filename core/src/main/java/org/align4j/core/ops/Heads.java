package org.align4j.core.ops;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * Shape of a grouped-query attention: query head h reads key head {@code h / (query / key)}.
 *
 * @param query number of query heads, a multiple of {@code key}
 * @param key number of key-value heads
 * @param headDim columns of one head, even
 * @param window a token attends to the last so many positions, its own among them; 0 for all
 */
public record Heads(int query, int key, int headDim, int window) {

  public Heads {
    checkArgument(
        key > 0 && query > 0 && query % key == 0,
        "query heads (%s) must be a multiple of key heads (%s)",
        query,
        key);
    checkArgument(
        headDim > 0 && headDim % 2 == 0, "headDim is %s: it must be even and above 0", headDim);
    checkArgument(window >= 0, "window is %s: it must be at least 0, 0 for none", window);
  }

  /** Without a window. */
  public Heads(int query, int key, int headDim) {
    this(query, key, headDim, 0);
  }

  /** The first position that a token at this position attends to. */
  public int firstKey(int position) {
    return window == 0 ? 0 : Math.max(0, position - window + 1);
  }
}
