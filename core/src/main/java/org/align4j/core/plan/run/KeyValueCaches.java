package org.align4j.core.plan.run;

import com.google.common.collect.ImmutableList;
import java.util.Map;
import java.util.TreeMap;

/**
 * The key-value caches of a decoder: one of attentions to all tokens, and one for each window. They
 * differ in how many rows a sequence takes.
 */
public final class KeyValueCaches implements AutoCloseable {

  private final Map<Integer, KeyValueCache> ofWindow = new TreeMap<>();

  /**
   * The cache of attentions with this window.
   *
   * @param window in tokens; 0 for none
   */
  public KeyValueCache of(int window) {
    return ofWindow.computeIfAbsent(window, key -> new KeyValueCache());
  }

  /** All windows that some attention has, ascending. */
  public ImmutableList<Integer> windows() {
    return ImmutableList.copyOf(ofWindow.keySet());
  }

  @Override
  public void close() {
    ofWindow.values().forEach(KeyValueCache::close);
  }
}
