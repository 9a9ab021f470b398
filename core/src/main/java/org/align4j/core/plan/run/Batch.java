package org.align4j.core.plan.run;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.align4j.core.batch.SequenceLayout;
import org.align4j.core.kernel.AttentionTiles;
import org.align4j.core.ops.Heads;

/** The packed tokens that a plan is running on. Arrays grow to the largest batch and stay. */
public final class Batch {

  private final Map<Heads, AttentionTiles> tiles = new LinkedHashMap<>();
  private AttentionTiles[] allTiles = new AttentionTiles[0];
  private int rows;
  private int[] tokens = new int[0];
  private int[] positions = new int[0];
  private final Map<Integer, CacheWrites> writes = new LinkedHashMap<>();
  private int stamp;

  /** The tiles of all attentions of this shape. */
  public AttentionTiles tiles(Heads heads) {
    AttentionTiles found = tiles.computeIfAbsent(heads, AttentionTiles::new);
    allTiles = tiles.values().toArray(AttentionTiles[]::new);
    return found;
  }

  /** Tokens of the batch. */
  public int rows() {
    return rows;
  }

  /** Their ids; the array may be longer. */
  public int[] tokens() {
    return tokens;
  }

  /** Their positions; the array may be longer. */
  public int[] positions() {
    return positions;
  }

  /** What goes to the cache of attentions with this window, a decoder's to say. */
  public CacheWrites writes(int window) {
    return writes.computeIfAbsent(window, key -> new CacheWrites());
  }

  /** Changes whenever the rows do: what was made from them is void. */
  int stamp() {
    return stamp;
  }

  /** So many steps of decoding; {@link #addStep} then adds each. */
  public void beginSteps(int count) {
    resize(count);
    for (AttentionTiles t : allTiles) {
      t.clear();
    }
  }

  private void resize(int count) {
    if (tokens.length < count) {
      int room = Math.max(count, tokens.length * 2);
      tokens = Arrays.copyOf(tokens, room);
      positions = Arrays.copyOf(positions, room);
    }
    rows = count;
    stamp++;
  }

  /** Takes the tokens of a batch. */
  public void set(int[] packed, SequenceLayout layout) {
    resize(layout.tokens());
    System.arraycopy(packed, 0, tokens, 0, rows);
    for (int s = 0; s < layout.segments(); s++) {
      int start = layout.start(s);
      int from = layout.offsets()[s];
      for (int n = from; n < layout.offsets()[s + 1]; n++) {
        positions[n] = start + n - from;
      }
    }
    for (AttentionTiles t : allTiles) {
      t.set(layout);
    }
  }

  /**
   * A step of all attentions with this window, see {@link AttentionTiles#addStep}.
   *
   * @param window in tokens; 0 for none
   */
  public void addStep(
      int window, int queryRow, int position, int prefixRow, int prefixLength, int ownRow) {
    for (AttentionTiles t : allTiles) {
      if (t.heads().window() == window) {
        t.addStep(queryRow, position, prefixRow, prefixLength, ownRow);
      }
    }
  }
}
