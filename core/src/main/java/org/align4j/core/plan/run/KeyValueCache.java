package org.align4j.core.plan.run;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.align4j.core.kernel.AttentionKernels;
import org.align4j.core.kernel.KeyValuePanels;
import org.align4j.core.kernel.memory.NativeMemory;

/**
 * Keys and values of every attention. A row holds one token: its key and value in each of them.
 * Runs of rows are handed out and taken back, in whole blocks; when no run is long enough, the
 * cache grows and keeps its contents.
 */
public final class KeyValueCache implements AutoCloseable {

  private static final int BLOCK = AttentionKernels.KEY_BLOCK;

  private final NativeMemory memory = new NativeMemory();
  private final List<CacheStore> attentions = new ArrayList<>();
  private boolean[] used = new boolean[0];

  /** Adds what one attention reads, before any rows are taken. */
  public void add(CacheStore store) {
    attentions.add(store);
  }

  /** Adds what one attention of a plan reads, before any rows are taken. */
  public void add(KeyValuePanels panels) {
    add(
        new CacheStore() {

          @Override
          public void grow(int rows) {
            panels.grow(memory, rows);
          }

          @Override
          public void copyBlocks(int from, int to, int count) {
            panels.copyBlocks(from, to, count);
          }
        });
  }

  /** Rows that a run of so many takes. */
  public static int room(int count) {
    return (count + BLOCK - 1) / BLOCK * BLOCK;
  }

  /** Makes so much room at once if there is none yet. */
  public void expect(int rows) {
    if (used.length == 0) {
      grow(room(rows) / BLOCK);
    }
  }

  /** First row of a run of so many rows. */
  public int take(int count) {
    int blocks = room(count) / BLOCK;
    int run = 0;
    for (int block = 0; block < used.length; block++) {
      run = used[block] ? 0 : run + 1;
      if (run == blocks) {
        return claim(block - blocks + 1, blocks);
      }
    }
    int from = used.length - run;
    grow(Math.max(from + blocks, used.length + used.length / 2));
    return claim(from, blocks);
  }

  /** Takes back a run. */
  public void free(int from, int count) {
    Arrays.fill(used, from / BLOCK, (from + room(count)) / BLOCK, false);
  }

  /** Copies the blocks of a run of so many rows to those of another. */
  public void copy(int from, int to, int count) {
    for (CacheStore store : attentions) {
      store.copyBlocks(from, to, room(count));
    }
  }

  private int claim(int from, int blocks) {
    Arrays.fill(used, from, from + blocks, true);
    return from * BLOCK;
  }

  private void grow(int blocks) {
    for (CacheStore store : attentions) {
      store.grow(blocks * BLOCK);
    }
    used = Arrays.copyOf(used, blocks);
  }

  @Override
  public void close() {
    memory.close();
  }
}
