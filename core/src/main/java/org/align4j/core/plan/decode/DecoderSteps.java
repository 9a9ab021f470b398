package org.align4j.core.plan.decode;

/**
 * One more token of each of some sequences. Arrays may be longer than there are rows.
 *
 * <p>In cache c, row n attends to cache rows {@code prefixRow[c][n] ...} for positions below {@code
 * prefixLength[n]}, and from there on to rows {@code ownRow[c][n] ...} up to its own position.
 */
public final class DecoderSteps {

  private final int[] tokens;
  private final int[] positions;
  private final int[] prefixLength;
  private final int[][] prefixRow;
  private final int[][] ownRow;
  private int rows;

  DecoderSteps(int caches, int slots) {
    tokens = new int[slots];
    positions = new int[slots];
    prefixLength = new int[slots];
    prefixRow = new int[caches][slots];
    ownRow = new int[caches][slots];
  }

  void begin(int count) {
    rows = count;
  }

  void set(int row, int token, int position, int prefix) {
    tokens[row] = token;
    positions[row] = position;
    prefixLength[row] = prefix;
  }

  void setRows(int cache, int row, int ofPrefix, int own) {
    prefixRow[cache][row] = ofPrefix;
    ownRow[cache][row] = own;
  }

  /** How many sequences. */
  public int rows() {
    return rows;
  }

  /** Their tokens. */
  public int[] tokens() {
    return tokens;
  }

  /** Where these stand. */
  public int[] positions() {
    return positions;
  }

  /** Tokens of the prompt of each. */
  public int[] prefixLength() {
    return prefixLength;
  }

  /** Cache row of the first token of each prompt; below 0 where a window has left it behind. */
  public int[] prefixRow(int cache) {
    return prefixRow[cache];
  }

  /** Cache row of the first token behind each prompt, likewise. */
  public int[] ownRow(int cache) {
    return ownRow[cache];
  }
}
