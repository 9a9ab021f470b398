package org.align4j.cuda.kernel;

import static com.google.common.base.Preconditions.checkArgument;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import org.align4j.core.kernel.AttentionTiles;

/**
 * What attention over one batch of packed tokens needs to know of it, as arrays of ints: blocks of
 * queries and runs of keys as {@link AttentionTiles} has them, tiles of keys for their gradients,
 * and where parts of gradients go.
 */
final class AttentionArrays {

  /** Most keys of a tile of the gradient. */
  static final int TILE = 32;

  /** Arrays of ints that are uploaded one behind the other. */
  enum Part {
    BLOCK_ROW,
    BLOCK_COUNT,
    BLOCK_POSITION,
    BLOCK_RUN,
    RUN_START,
    RUN_ROW,
    RUN_BEFORE,
    TILE_ROW,
    TILE_COUNT,
    TILE_POSITION,
    TILE_FROM,
    TILE_TO,
    TILE_TARGET,
    TILE_PART,
    SUM_START,
    SUM_MEMBER,
    SUM_TARGET
  }

  /** One array as it grows, and where it is among those that were copied. */
  private static final class Ints {
    private int[] values = new int[16];
    private int count;
    private long offset;

    private void add(int value) {
      if (count == values.length) {
        values = Arrays.copyOf(values, 2 * count);
      }
      values[count++] = value;
    }
  }

  private final Map<Part, Ints> arrays = new EnumMap<>(Part.class);

  /** Of no batch yet. */
  AttentionArrays() {
    for (Part part : Part.values()) {
      arrays.put(part, new Ints());
    }
  }

  private Ints array(Part part) {
    return Objects.requireNonNull(arrays.get(part));
  }

  /** Takes the tiles of a batch. */
  void set(AttentionTiles tiles) {
    checkArgument(!tiles.areSteps(), "the tiles are steps: they go to attentionStep");
    arrays.values().forEach(array -> array.count = 0);
    for (int b = 0; b < tiles.blocks(); b++) {
      add(Part.BLOCK_ROW, tiles.queryRow(b));
      add(Part.BLOCK_COUNT, tiles.count(b));
      add(Part.BLOCK_POSITION, tiles.position(b));
      add(Part.BLOCK_RUN, tiles.lastRun(b));
    }
    for (int run = 0; run < tiles.runs(); run++) {
      add(Part.RUN_START, tiles.runStart(run));
      add(Part.RUN_ROW, tiles.runRow(run));
      add(Part.RUN_BEFORE, tiles.runBefore(run));
    }
    for (int group = 0; group < tiles.groups(); group++) {
      addContinued(tiles, group);
      addOwn(tiles, group);
    }
    addSums(tiles);
  }

  /** Tiles of the keys that a group only continues: all its blocks read them. */
  private void addContinued(AttentionTiles tiles, int group) {
    int part = tiles.groupPart(group);
    int[] rows = tiles.partTargets();
    int own = tiles.groupStart(group);
    for (int at = 0; at < own; ) {
      int count = 1;
      while (count < TILE
          && at + count < own
          && rows[part + at + count] == rows[part + at] + count) {
        count++;
      }
      int from = tiles.groupFrom(group);
      addTile(rows[part + at], count, at, from, tiles.groupTo(group), part + at, true);
      at += count;
    }
  }

  /** Tiles of a group's own keys: those of a block are read by it and by blocks right behind it. */
  private void addOwn(AttentionTiles tiles, int group) {
    int to = tiles.groupFrom(group);
    int run = -1;
    for (int b = tiles.groupFrom(group); b < tiles.groupTo(group); b++) {
      if (tiles.lastRun(b) != run) {
        run = tiles.lastRun(b);
        to = b + 1;
        while (to < tiles.groupTo(group) && reads(tiles, to, b)) {
          to++;
        }
      }
      for (int i = 0; i < tiles.count(b); i += TILE) {
        int row = tiles.queryRow(b) + i;
        int count = Math.min(TILE, tiles.count(b) - i);
        addTile(row, count, tiles.position(b) + i, b, to, row, false);
      }
    }
  }

  /** Whether a block's own keys are among those that a later one attends to. */
  private static boolean reads(AttentionTiles tiles, int reader, int block) {
    int at = tiles.position(block);
    return tiles.position(reader) >= at + tiles.count(block)
        && tiles.keyRow(reader, at) == tiles.queryRow(block);
  }

  private void addTile(
      int row, int count, int position, int from, int to, int target, boolean part) {
    add(Part.TILE_ROW, row);
    add(Part.TILE_COUNT, count);
    add(Part.TILE_POSITION, position);
    add(Part.TILE_FROM, from);
    add(Part.TILE_TO, to);
    add(Part.TILE_TARGET, target);
    add(Part.TILE_PART, part ? 1 : 0);
  }

  /** Parts sorted by the row that they go to, those of a row in order. */
  private void addSums(AttentionTiles tiles) {
    int partRows = tiles.partRows();
    long[] sorted = new long[partRows];
    for (int n = 0; n < partRows; n++) {
      sorted[n] = (long) tiles.partTargets()[n] << 32 | n;
    }
    Arrays.sort(sorted);
    for (int n = 0; n < partRows; n++) {
      int target = (int) (sorted[n] >> 32);
      if (n == 0 || target != (int) (sorted[n - 1] >> 32)) {
        add(Part.SUM_START, n);
        add(Part.SUM_TARGET, target);
      }
      add(Part.SUM_MEMBER, (int) sorted[n]);
    }
    add(Part.SUM_START, partRows);
  }

  private void add(Part part, int value) {
    array(part).add(value);
  }

  /** Ints of an array. */
  int count(Part part) {
    return array(part).count;
  }

  /** Ints before an array where they were copied. */
  long offset(Part part) {
    return array(part).offset;
  }

  /** Ints of all arrays. */
  long total() {
    return arrays.values().stream().mapToLong(array -> array.count).sum();
  }

  /** Copies the arrays one behind the other. */
  void copyTo(MemorySegment target) {
    long at = 0;
    for (Ints array : arrays.values()) {
      MemorySegment.copy(array.values, 0, target, JAVA_INT, 4 * at, array.count);
      array.offset = at;
      at += array.count;
    }
  }
}
