package org.align4j.core.batch;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Arrays;

/**
 * How packed tokens form sequences: a forest of segments, so that what sequences have in common is
 * computed once. Segment s holds tokens {@code [offsets[s], offsets[s+1])}; where {@code prefix[s]
 * >= 0} it continues that earlier segment (and what that one continues): its positions go on where
 * the prefix ends, and its tokens attend to all of the prefix and to their own segment up to
 * themselves.
 */
public final class SequenceLayout {

  private final int[] offsets;
  private final int[] prefix;
  private final int[] start;
  private final int[] depthFirst;

  /**
   * A layout.
   *
   * @param offsets {@code [S+1]}, ascending from 0 to N; no segment is empty
   * @param prefix {@code [S]}, an earlier segment or −1
   */
  public SequenceLayout(int[] offsets, int[] prefix) {
    checkArgument(
        offsets.length == prefix.length + 1 && offsets[0] == 0,
        "offsets [%s] do not match prefix [%s]: one more offset than segments, starting at 0",
        offsets.length,
        prefix.length);
    this.offsets = offsets;
    this.prefix = prefix;
    this.start = new int[prefix.length];
    for (int s = 0; s < prefix.length; s++) {
      checkArgument(
          offsets[s + 1] > offsets[s],
          "segment %s is empty (offsets %s to %s)",
          s,
          offsets[s],
          offsets[s + 1]);
      checkArgument(
          prefix[s] >= -1 && prefix[s] < s,
          "segment %s has prefix %s: an earlier segment, or -1",
          s,
          prefix[s]);
      start[s] = prefix[s] < 0 ? 0 : end(prefix[s]);
    }
    this.depthFirst = depthFirst(prefix);
  }

  /** One sequence of so many tokens. */
  public static SequenceLayout single(int tokens) {
    return new SequenceLayout(new int[] {0, tokens}, new int[] {-1});
  }

  /** First token of each segment and the number of tokens, {@code [S+1]}. */
  public int[] offsets() {
    return offsets;
  }

  /** The segment that each one continues or −1, {@code [S]}. */
  public int[] prefix() {
    return prefix;
  }

  /** Number of segments S. */
  public int segments() {
    return prefix.length;
  }

  /** Number of tokens N. */
  public int tokens() {
    return offsets[prefix.length];
  }

  /** Number of tokens of segment s. */
  public int length(int s) {
    return offsets[s + 1] - offsets[s];
  }

  /** Position of the first token of segment s: the length of its prefix. */
  public int start(int s) {
    return start[s];
  }

  /** Position after the last token of segment s. */
  public int end(int s) {
    return start[s] + length(s);
  }

  /** Segments in the order in which each is followed by all that continue it, {@code [S]}. */
  public int[] depthFirst() {
    return depthFirst;
  }

  /** Whether some other segment continues each, {@code [S]}. */
  public boolean[] continued() {
    boolean[] continued = new boolean[prefix.length];
    for (int before : prefix) {
      if (before >= 0) {
        continued[before] = true;
      }
    }
    return continued;
  }

  private static int[] depthFirst(int[] prefix) {
    int[] size = new int[prefix.length];
    for (int s = prefix.length - 1; s >= 0; s--) {
      size[s]++;
      if (prefix[s] >= 0) {
        size[prefix[s]] += size[s];
      }
    }
    int[] order = new int[prefix.length];
    int[] next = new int[prefix.length];
    int nextRoot = 0;
    for (int s = 0; s < prefix.length; s++) {
      int place = prefix[s] < 0 ? nextRoot : next[prefix[s]];
      if (prefix[s] < 0) {
        nextRoot += size[s];
      } else {
        next[prefix[s]] += size[s];
      }
      order[place] = s;
      next[s] = place + 1;
    }
    return order;
  }

  /** The segment of each token, {@code [N]}. */
  public int[] segmentOfToken() {
    int[] segment = new int[tokens()];
    for (int s = 0; s < prefix.length; s++) {
      Arrays.fill(segment, offsets[s], offsets[s + 1], s);
    }
    return segment;
  }
}
