package org.align4j.core.plan;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.align4j.core.engine.SequenceLayout;
import org.align4j.core.engine.TokenBatch;
import org.align4j.core.kernel.AttentionTiles;
import org.align4j.core.ops.Heads;

/** The packed tokens that a plan is running on. Arrays grow to the largest batch and stay. */
final class Batch {

  private final Map<Heads, AttentionTiles> tiles = new LinkedHashMap<>();
  private AttentionTiles[] allTiles = new AttentionTiles[0];
  private int rows;
  private int[] tokens = new int[0];
  private int[] positions = new int[0];
  private int[] cacheRows = new int[0];
  private int stamp;

  /** The tiles of all attentions of this shape. */
  AttentionTiles tiles(Heads heads) {
    AttentionTiles found = tiles.computeIfAbsent(heads, AttentionTiles::new);
    allTiles = tiles.values().toArray(AttentionTiles[]::new);
    return found;
  }

  int rows() {
    return rows;
  }

  int[] tokens() {
    return tokens;
  }

  int[] positions() {
    return positions;
  }

  /** Row of the key-value cache that each token is written to; decoding only. */
  int[] cacheRows() {
    return cacheRows;
  }

  /** Changes whenever the rows do: what was made from them is void. */
  int stamp() {
    return stamp;
  }

  /** Room for so many tokens, and a new stamp. */
  void resize(int count) {
    if (tokens.length < count) {
      int room = Math.max(count, tokens.length * 2);
      tokens = Arrays.copyOf(tokens, room);
      positions = Arrays.copyOf(positions, room);
      cacheRows = Arrays.copyOf(cacheRows, room);
    }
    rows = count;
    stamp++;
  }

  /** Takes the tokens of a batch. */
  void set(TokenBatch batch) {
    SequenceLayout layout = batch.layout();
    resize(layout.tokens());
    System.arraycopy(batch.tokens(), 0, tokens, 0, rows);
    for (int s = 0; s < layout.segments(); s++) {
      int start = layout.start(s);
      int from = layout.offsets()[s];
      for (int n = from; n < layout.offsets()[s + 1]; n++) {
        positions[n] = start + n - from;
      }
    }
    for (AttentionTiles t : allTiles) {
      t.set(layout, null);
    }
  }

  /** Forgets all attention tiles; {@link #addTile} then adds sequences one by one. */
  void clearTiles() {
    for (AttentionTiles t : allTiles) {
      t.clear();
    }
  }

  /** See {@link AttentionTiles#addSegment}. */
  void addTile(int queryRow, int count, int position, int prefixRow, int prefixLength, int ownRow) {
    for (AttentionTiles t : allTiles) {
      t.addSegment(queryRow, count, position, prefixRow, prefixLength, ownRow);
    }
  }

  /** See {@link AttentionTiles#addStep}. */
  void addStep(int queryRow, int position, int prefixRow, int prefixLength, int ownRow) {
    for (AttentionTiles t : allTiles) {
      t.addStep(queryRow, position, prefixRow, prefixLength, ownRow);
    }
  }
}
