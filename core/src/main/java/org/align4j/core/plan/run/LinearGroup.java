package org.align4j.core.plan.run;

import java.util.ArrayList;
import java.util.List;
import org.align4j.core.kernel.ProductKernels;
import org.align4j.core.kernel.Scratch;
import org.align4j.core.kernel.Task;
import org.align4j.core.kernel.Threads;

/**
 * Products of one input with several weights (query, key and value; gate and up) in one round of
 * the threads: each thread packs the input once, and small weights leave no thread idle.
 */
public final class LinearGroup implements Stage, Task {

  private final Threads threads;
  private final LinearStage[] members;
  private final int[] ends;

  private LinearGroup(Threads threads, List<LinearStage> members) {
    this.threads = threads;
    this.members = members.toArray(LinearStage[]::new);
    this.ends = new int[members.size()];
  }

  /** The stages with neighbouring products of the same input made one stage. */
  public static List<Stage> grouped(Threads threads, List<Stage> stages) {
    List<Stage> grouped = new ArrayList<>();
    for (int i = 0; i < stages.size(); ) {
      List<LinearStage> members = new ArrayList<>();
      while (i < stages.size()
          && stages.get(i) instanceof LinearStage next
          && (members.isEmpty() || next.x() == members.getFirst().x())) {
        members.add(next);
        i++;
      }
      if (members.isEmpty()) {
        grouped.add(stages.get(i++));
      } else {
        grouped.add(members.size() == 1 ? members.getFirst() : new LinearGroup(threads, members));
      }
    }
    return grouped;
  }

  @Override
  public void run() {
    int tiles = 0;
    for (int i = 0; i < members.length; i++) {
      tiles += members[i].bind();
      ends[i] = tiles;
    }
    ProductKernels.run(threads, this, members[0].rows(), tiles);
  }

  @Override
  public void run(int from, int to, Scratch scratch) {
    int begin = 0;
    for (int i = 0; i < members.length; i++) {
      int first = Math.max(from, begin) - begin;
      int last = Math.min(to, ends[i]) - begin;
      if (first < last) {
        members[i].run(first, last, scratch);
      }
      begin = ends[i];
    }
  }
}
