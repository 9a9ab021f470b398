package org.align4j.algorithms.data;

import static com.google.common.base.Preconditions.checkElementIndex;
import static com.google.common.base.Preconditions.checkPositionIndexes;

import com.google.common.collect.ImmutableList;
import java.util.List;

/** A numbered set of prompts, read as they are asked for. */
public interface Prompts {

  /** Number of prompts, above 0. */
  int size();

  /** The prompt of this index in {@code [0,size)}. */
  Prompt get(int index);

  /** Those from one index up to, not including, another. */
  default Prompts slice(int from, int to) {
    checkPositionIndexes(from, to, size());
    Prompts all = this;
    return new Prompts() {
      @Override
      public int size() {
        return to - from;
      }

      @Override
      public Prompt get(int index) {
        return all.get(from + checkElementIndex(index, to - from));
      }
    };
  }

  /** The same prompts as chats, for models that have a template. */
  default Prompts asChats() {
    Prompts all = this;
    return new Prompts() {
      @Override
      public int size() {
        return all.size();
      }

      @Override
      public Prompt get(int index) {
        return all.get(index).asChat();
      }
    };
  }

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
