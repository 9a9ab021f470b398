package org.align4j.core.kernel;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

import java.util.Arrays;
import org.align4j.core.engine.SequenceLayout;
import org.align4j.core.ops.Heads;
import org.jspecify.annotations.Nullable;

/**
 * The independent pieces of an attention: blocks of query rows of one sequence, or one row each of
 * some sequences with a common prefix, times key heads. Refilled for each batch; once it has grown
 * it allocates nothing.
 */
public final class AttentionTiles {

  /**
   * Query rows of a block. Blocks start at fixed positions, so they depend on the sequence alone.
   */
  static final int QUERY_BLOCK = 64;

  /** Most sequences of a tile: enough to use a prefix well, few enough to occupy every thread. */
  private static final int MOST_MEMBERS = 8;

  private final Heads heads;
  private int blocks;
  private int pieces;
  private int groups;
  private boolean steps;
  private int[] queryRow = new int[16];
  private int[] count = new int[16];
  private int[] position = new int[16];
  private int[] prefixRow = new int[16];
  private int[] prefixLength = new int[16];
  private int[] ownRow = new int[16];
  private int[] groupEnd = new int[16];
  private int[] pieceEnd = new int[16];

  /** No tiles yet. */
  public AttentionTiles(Heads heads) {
    this.heads = heads;
  }

  /** The shape. */
  public Heads heads() {
    return heads;
  }

  /** Number of tiles of {@link Kernels#attention} or {@link Kernels#stepAttention}. */
  public int tiles() {
    return pieces * heads.key();
  }

  /** Number of tiles of {@link Kernels#attentionGradient}: groups times key heads. */
  public int gradientTiles() {
    return groups * heads.key();
  }

  /** Forgets all tiles. */
  public void clear() {
    blocks = 0;
    pieces = 0;
    groups = 0;
    steps = false;
  }

  /**
   * Tiles of packed tokens; q, k and v have the rows of the layout.
   *
   * @param active {@code [S]} segments to compute, null for all; the prefix of an active segment
   *     must be active
   */
  public void set(SequenceLayout layout, boolean @Nullable [] active) {
    clear();
    for (int root = 0; root < layout.segments(); root++) {
      if (layout.prefix()[root] >= 0 || (active != null && !active[root])) {
        continue;
      }
      for (int s = root; s < layout.segments(); s++) {
        if (s == root || (layout.prefix()[s] == root && (active == null || active[s]))) {
          int start = layout.start(s);
          int row = layout.offsets()[s];
          addSegment(row, layout.length(s), start, layout.offsets()[root], start, row);
        }
      }
      if (groups == groupEnd.length) {
        groupEnd = Arrays.copyOf(groupEnd, 2 * groups);
      }
      groupEnd[groups++] = blocks;
    }
  }

  /** Whether these are tiles of {@link #addStep}, for {@link Kernels#stepAttention}. */
  public boolean areSteps() {
    return steps;
  }

  /**
   * Adds rows of one sequence, for a prompt: query rows {@code [queryRow, queryRow + count)} at
   * positions {@code position ...} attend to key rows {@code [prefixRow, prefixRow + prefixLength)}
   * and, from position {@code prefixLength} on, to key rows {@code ownRow ...} up to themselves.
   * There are no gradients of such tiles.
   */
  public void addSegment(
      int queryRow, int count, int position, int prefixRow, int prefixLength, int ownRow) {
    checkArgument(
        count > 0 && position >= prefixLength,
        "%s rows at position %s after a prefix of %s: rows come after their prefix",
        count,
        position,
        prefixLength);
    checkState(!steps, "a segment does not go with steps: clear the tiles");
    int done = 0;
    while (done < count) {
      int rows = Math.min(count - done, QUERY_BLOCK - (position + done) % QUERY_BLOCK);
      addBlock(queryRow + done, rows, position + done, prefixRow, prefixLength, ownRow);
      addPiece();
      done += rows;
    }
  }

  /**
   * Adds the next row of one sequence, for decoding: the same as {@link #addSegment} of a single
   * row, but key rows are those of a cache, and rows that follow each other and have a prefix in
   * common make one tile. A key's place in its block of {@link Kernels#KEY_BLOCK} rows is that of
   * its position in a block of positions: the prefix begins a block, and the sequence's own rows
   * begin where the prefix ends in its last one.
   */
  public void addStep(int queryRow, int position, int prefixRow, int prefixLength, int ownRow) {
    checkArgument(
        position >= prefixLength,
        "a row at position %s after a prefix of %s: rows come after their prefix",
        position,
        prefixLength);
    checkArgument(
        prefixRow % Kernels.KEY_BLOCK == 0 && (ownRow - prefixLength) % Kernels.KEY_BLOCK == 0,
        "key rows begin at %s and, after a prefix of %s, at %s: modulo %s they must be positions",
        prefixRow,
        prefixLength,
        ownRow,
        Kernels.KEY_BLOCK);
    checkState(steps || pieces == 0, "a step does not go with other tiles: clear them");
    steps = true;
    boolean joins = pieces > 0 && joins(queryRow, prefixRow, prefixLength);
    addBlock(queryRow, 1, position, prefixRow, prefixLength, ownRow);
    if (joins) {
      pieceEnd[pieces - 1] = blocks;
    } else {
      addPiece();
    }
  }

  private boolean joins(int row, int prefix, int length) {
    int before = blocks - 1;
    return length > 0
        && queryRow[before] + 1 == row
        && count[before] == 1
        && prefixRow[before] == prefix
        && prefixLength[before] == length
        && blocks - pieceFrom(pieces - 1) < MOST_MEMBERS;
  }

  private void addBlock(
      int queryRow, int count, int position, int prefixRow, int prefixLength, int ownRow) {
    grow();
    this.queryRow[blocks] = queryRow;
    this.count[blocks] = count;
    this.position[blocks] = position;
    this.prefixRow[blocks] = prefixRow;
    this.prefixLength[blocks] = prefixLength;
    this.ownRow[blocks] = ownRow;
    blocks++;
  }

  private void addPiece() {
    if (pieces == pieceEnd.length) {
      pieceEnd = Arrays.copyOf(pieceEnd, 2 * pieces);
    }
    pieceEnd[pieces++] = blocks;
  }

  private int pieceFrom(int piece) {
    return piece == 0 ? 0 : pieceEnd[piece - 1];
  }

  private void grow() {
    if (blocks == queryRow.length) {
      int size = 2 * blocks;
      queryRow = Arrays.copyOf(queryRow, size);
      count = Arrays.copyOf(count, size);
      position = Arrays.copyOf(position, size);
      prefixRow = Arrays.copyOf(prefixRow, size);
      prefixLength = Arrays.copyOf(prefixLength, size);
      ownRow = Arrays.copyOf(ownRow, size);
    }
  }

  /** The block of a tile, the first where it has several. */
  int block(int tile) {
    return pieceFrom(tile / heads.key());
  }

  /** Blocks of a tile: one, or the sequences of {@link #addStep} that it joins. */
  int members(int tile) {
    int piece = tile / heads.key();
    return pieceEnd[piece] - pieceFrom(piece);
  }

  int keyHead(int tile) {
    return tile % heads.key();
  }

  /** The group of a gradient's tile. */
  int group(int tile) {
    return tile / heads.key();
  }

  int groupFrom(int group) {
    return group == 0 ? 0 : groupEnd[group - 1];
  }

  int groupTo(int group) {
    return groupEnd[group];
  }

  int queryRow(int block) {
    return queryRow[block];
  }

  int count(int block) {
    return count[block];
  }

  int position(int block) {
    return position[block];
  }

  int prefixRow(int block) {
    return prefixRow[block];
  }

  int prefixLength(int block) {
    return prefixLength[block];
  }

  int ownRow(int block) {
    return ownRow[block];
  }

  /** Row of the key at an absolute position. */
  int keyRow(int block, int at) {
    return at < prefixLength[block]
        ? prefixRow[block] + at
        : ownRow[block] + at - prefixLength[block];
  }
}
