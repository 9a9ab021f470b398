package org.align4j.core.kernel;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

import java.util.Arrays;
import org.align4j.core.batch.SequenceLayout;
import org.align4j.core.ops.Heads;

/**
 * The independent pieces of an attention: blocks of query rows of one segment, or one row each of
 * some sequences with a common prefix, times key heads. What a row attends to is a chain of runs of
 * key rows, one for each segment on the way to its own. Refilled for each batch; once it has grown
 * it allocates nothing.
 */
public final class AttentionTiles {

  /**
   * Query rows of a block. Blocks start at fixed positions, so they depend on the sequence alone.
   */
  public static final int QUERY_BLOCK = 64;

  /** Most sequences of a tile: enough to use a prefix well, few enough to occupy every thread. */
  private static final int MOST_MEMBERS = 8;

  private final Heads heads;
  private int blocks;
  private int pieces;
  private int groups;
  private int runs;
  private boolean steps;
  private int[] queryRow = new int[16];
  private int[] count = new int[16];
  private int[] position = new int[16];
  private int[] lastRun = new int[16];
  private int[] runStart = new int[16];
  private int[] runRow = new int[16];
  private int[] runBefore = new int[16];
  private int[] groupEnd = new int[16];
  private int[] groupRun = new int[16];
  private int[] groupPart = new int[16];
  private final AttentionGroups choice = new AttentionGroups();
  private int partRows;
  private int[] partTargets = new int[16];
  private int[] pieceEnd = new int[16];

  /** No tiles yet. */
  public AttentionTiles(Heads heads) {
    this.heads = heads;
  }

  /** The shape. */
  public Heads heads() {
    return heads;
  }

  /**
   * Number of tiles of {@link AttentionKernels#attention} or {@link
   * AttentionKernels#stepAttention}.
   */
  public int tiles() {
    return pieces * heads.key();
  }

  /**
   * Number of tiles of {@link AttentionKernels#attentionGradient}: groups times key heads. A group
   * is a segment, or neighbours that continue the same one, and all that continue these but for
   * groups of their own.
   */
  public int gradientTiles() {
    return groups * heads.key();
  }

  /** Rows of gradients that groups have for keys they only continue. */
  public int partRows() {
    return partRows;
  }

  /** The row of k and v that each of these is a part of, {@code [partRows]}. */
  public int[] partTargets() {
    return partTargets;
  }

  /** Forgets all tiles. */
  public void clear() {
    blocks = 0;
    pieces = 0;
    groups = 0;
    runs = 0;
    partRows = 0;
    steps = false;
  }

  /** Tiles of packed tokens; q, k and v have the rows of the layout. */
  public void set(SequenceLayout layout) {
    clear();
    for (int s = 0; s < layout.segments(); s++) {
      addRun(layout.start(s), layout.offsets()[s], layout.prefix()[s]);
    }
    boolean[] begins = choice.of(layout);
    for (int s : layout.depthFirst()) {
      if (begins[s]) {
        beginGroup(s, layout.start(s));
      }
      int end = layout.end(s);
      for (int at = layout.start(s); at < end; ) {
        int next = Math.min(end, (at / QUERY_BLOCK + 1) * QUERY_BLOCK);
        addBlock(layout.offsets()[s] + at - layout.start(s), next - at, at, s);
        addPiece();
        at = next;
      }
      groupEnd[groups - 1] = blocks;
    }
  }

  /** Whether these are tiles of {@link #addStep}, for {@link AttentionKernels#stepAttention}. */
  public boolean areSteps() {
    return steps;
  }

  /**
   * Adds the next row of one sequence, for decoding: query row {@code queryRow} at {@code position}
   * attends to rows {@code [prefixRow, prefixRow + prefixLength)} of a cache and, from position
   * {@code prefixLength} on, to rows {@code ownRow ...} up to itself. Rows that follow each other
   * and have a prefix in common make one tile. A key's place in its block of {@link
   * AttentionKernels#KEY_BLOCK} rows is that of its position in a block of positions: the prefix
   * begins a block, and the sequence's own rows begin where the prefix ends in its last one. Rows
   * that lie before the window are not read: they need not exist, and may even have numbers below
   * 0.
   */
  public void addStep(int queryRow, int position, int prefixRow, int prefixLength, int ownRow) {
    checkArgument(
        position >= prefixLength,
        "a row at position %s after a prefix of %s: rows come after their prefix",
        position,
        prefixLength);
    checkArgument(
        prefixRow % AttentionKernels.KEY_BLOCK == 0
            && (ownRow - prefixLength) % AttentionKernels.KEY_BLOCK == 0,
        "key rows begin at %s and, after a prefix of %s, at %s: modulo %s they must be positions",
        prefixRow,
        prefixLength,
        ownRow,
        AttentionKernels.KEY_BLOCK);
    checkState(steps || pieces == 0, "a step does not go with tiles of a layout: clear them");
    steps = true;
    boolean joins = pieces > 0 && joins(queryRow, prefixRow, prefixLength);
    int prefix = joins ? runBefore[lastRun[blocks - 1]] : addRun(0, prefixRow, -1);
    addBlock(queryRow, 1, position, addRun(prefixLength, ownRow, prefix));
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
        && prefixRow(before) == prefix
        && prefixLength(before) == length
        && blocks - pieceFrom(pieces - 1) < MOST_MEMBERS;
  }

  private int addRun(int start, int row, int before) {
    if (runs == runStart.length) {
      runStart = Arrays.copyOf(runStart, 2 * runs);
      runRow = Arrays.copyOf(runRow, 2 * runs);
      runBefore = Arrays.copyOf(runBefore, 2 * runs);
    }
    runStart[runs] = start;
    runRow[runs] = row;
    runBefore[runs] = before;
    return runs++;
  }

  private void addBlock(int queryRow, int count, int position, int lastRun) {
    if (blocks == this.queryRow.length) {
      int size = 2 * blocks;
      this.queryRow = Arrays.copyOf(this.queryRow, size);
      this.count = Arrays.copyOf(this.count, size);
      this.position = Arrays.copyOf(this.position, size);
      this.lastRun = Arrays.copyOf(this.lastRun, size);
    }
    this.queryRow[blocks] = queryRow;
    this.count[blocks] = count;
    this.position[blocks] = position;
    this.lastRun[blocks] = lastRun;
    blocks++;
  }

  private void addPiece() {
    if (pieces == pieceEnd.length) {
      pieceEnd = Arrays.copyOf(pieceEnd, 2 * pieces);
    }
    pieceEnd[pieces++] = blocks;
  }

  private void beginGroup(int run, int start) {
    if (groups == groupEnd.length) {
      groupEnd = Arrays.copyOf(groupEnd, 2 * groups);
      groupRun = Arrays.copyOf(groupRun, 2 * groups);
      groupPart = Arrays.copyOf(groupPart, 2 * groups);
    }
    if (partTargets.length < partRows + start) {
      partTargets = Arrays.copyOf(partTargets, 2 * (partRows + start));
    }
    groupRun[groups] = run;
    groupPart[groups++] = partRows;
    for (int at = 0; at < start; at++) {
      partTargets[partRows++] = rowOf(run, at);
    }
  }

  private int pieceFrom(int piece) {
    return piece == 0 ? 0 : pieceEnd[piece - 1];
  }

  /** The block of a tile, the first where it has several. */
  public int block(int tile) {
    return pieceFrom(tile / heads.key());
  }

  /** Blocks of a tile: one, or the sequences of {@link #addStep} that it joins. */
  public int members(int tile) {
    int piece = tile / heads.key();
    return pieceEnd[piece] - pieceFrom(piece);
  }

  public int keyHead(int tile) {
    return tile % heads.key();
  }

  /** The group of a gradient's tile. */
  public int group(int tile) {
    return tile / heads.key();
  }

  /** Keys before a group's own: their gradients go to {@link #groupPart}. */
  public int groupStart(int group) {
    return runStart[groupRun[group]];
  }

  /** First of the {@link #partRows} of a group. */
  public int groupPart(int group) {
    return groupPart[group];
  }

  public int groupFrom(int group) {
    return group == 0 ? 0 : groupEnd[group - 1];
  }

  public int groupTo(int group) {
    return groupEnd[group];
  }

  /** Number of blocks, in the order in which each segment is followed by all that continue it. */
  public int blocks() {
    return blocks;
  }

  /** Number of {@link #group groups}. */
  public int groups() {
    return groups;
  }

  /** Number of runs of key rows. */
  public int runs() {
    return runs;
  }

  /** Position of the first key of a run. */
  public int runStart(int run) {
    return runStart[run];
  }

  /** Row of the first key of a run. */
  public int runRow(int run) {
    return runRow[run];
  }

  /** The run that one continues, or −1. */
  public int runBefore(int run) {
    return runBefore[run];
  }

  /** The run that a block's own rows are in. */
  public int lastRun(int block) {
    return lastRun[block];
  }

  public int queryRow(int block) {
    return queryRow[block];
  }

  public int count(int block) {
    return count[block];
  }

  public int position(int block) {
    return position[block];
  }

  /** First cache row of a step's prefix. */
  public int prefixRow(int block) {
    return runRow[runBefore[lastRun[block]]];
  }

  /** Length of a step's prefix. */
  public int prefixLength(int block) {
    return runStart[lastRun[block]];
  }

  /** First cache row of what follows a step's prefix. */
  public int ownRow(int block) {
    return runRow[lastRun[block]];
  }

  /** Row of the key at an absolute position. */
  public int keyRow(int block, int at) {
    return rowOf(lastRun[block], at);
  }

  private int rowOf(int lastRun, int at) {
    int run = lastRun;
    while (at < runStart[run]) {
      run = runBefore[run];
    }
    return runRow[run] + at - runStart[run];
  }

  /** Whether the keys at positions {@code [start, start + count)} lie in consecutive rows. */
  public boolean consecutive(int block, int start, int count) {
    // Rows ascend along a chain: every segment continues an earlier one.
    return keyRow(block, start + count - 1) - keyRow(block, start) == count - 1;
  }
}
