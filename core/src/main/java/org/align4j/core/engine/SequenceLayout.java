package org.align4j.core.engine;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * How packed tokens form sequences. Segment s holds tokens {@code [offsets[s], offsets[s+1])};
 * where {@code prefix[s] >= 0} it continues that earlier segment: its positions go on where the
 * prefix ends, and its tokens attend to the whole prefix and to their own segment up to themselves.
 * A prefix has no prefix of its own.
 *
 * @param offsets {@code [S+1]}, ascending from 0 to N; no segment is empty
 * @param prefix {@code [S]}, an earlier segment or −1
 */
public record SequenceLayout(int[] offsets, int[] prefix) {

  public SequenceLayout {
    checkArgument(
        offsets.length == prefix.length + 1 && offsets[0] == 0,
        "offsets [%s] do not match prefix [%s]: one more offset than segments, starting at 0",
        offsets.length,
        prefix.length);
    for (int s = 0; s < prefix.length; s++) {
      checkArgument(
          offsets[s + 1] > offsets[s],
          "segment %s is empty (offsets %s to %s)",
          s,
          offsets[s],
          offsets[s + 1]);
      checkArgument(
          prefix[s] >= -1 && prefix[s] < s && (prefix[s] < 0 || prefix[prefix[s]] < 0),
          "segment %s has prefix %s: an earlier segment without a prefix, or -1",
          s,
          prefix[s]);
    }
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
    return prefix[s] < 0 ? 0 : length(prefix[s]);
  }
}
