package org.align4j.algorithms.data;

import com.google.common.collect.ImmutableList;
import java.util.List;

/** A numbered set of prompts, read as they are asked for. */
public interface Prompts {

  /** Number of prompts, above 0. */
  int size();

  /** The prompt of this index in {@code [0,size)}. */
  Prompt get(int index);

  /** Prompts in memory. */
  static Prompts of(List<Prompt> prompts) {
    ImmutableList<Prompt> copy = ImmutableList.copyOf(prompts);
    return new Prompts() {
      @Override
      public int size() {
        return copy.size();
      }

      @Override
      public Prompt get(int index) {
        return copy.get(index);
      }
    };
  }
}
