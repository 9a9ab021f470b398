package org.align4j.core.plan.run;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.align4j.core.batch.SequenceLayout;
import org.align4j.core.batch.TokenBatch;
import org.jspecify.annotations.Nullable;

/**
 * A part of a batch that is computed at once.
 *
 * @param batch its segments and labelled rows
 * @param outputs for each labelled row, its index in the whole batch; null where they are the same
 */
public record SubBatch(TokenBatch batch, int @Nullable [] outputs) {

  /** Index in the whole batch of labelled row m of this part. */
  public int output(int m) {
    return outputs == null ? m : outputs[m];
  }

  /**
   * Splits a batch into parts of at most {@code limit} tokens, each of some whole sequences. What
   * the sequences of several parts begin with is computed in each of them; a single sequence above
   * the limit is a part by itself. A batch without tokens has no parts.
   */
  public static List<SubBatch> split(TokenBatch batch, int limit) {
    SequenceLayout layout = batch.layout();
    if (layout.tokens() == 0) {
      return List.of();
    }
    if (layout.tokens() <= limit) {
      return List.of(new SubBatch(batch, null));
    }
    List<SubBatch> parts = new ArrayList<>();
    int segments = layout.segments();
    boolean[] scored = new boolean[segments];
    boolean[] chosen = new boolean[segments];
    int size = 0;
    boolean[] continued = layout.continued();
    for (int s : layout.depthFirst()) {
      // what a sequence continues comes with it, not before it
      if (continued[s]) {
        continue;
      }
      int extra = missing(layout, chosen, s);
      if (size > 0 && size + extra > limit) {
        parts.add(subset(batch, chosen, scored));
        markScored(chosen, scored);
        size = 0;
        extra = layout.end(s);
      }
      choose(layout, chosen, s);
      size += extra;
    }
    parts.add(subset(batch, chosen, scored));
    return parts;
  }

  /** Tokens of a segment and of what it continues that are not chosen yet. */
  private static int missing(SequenceLayout layout, boolean[] chosen, int segment) {
    int tokens = 0;
    for (int s = segment; s >= 0 && !chosen[s]; s = layout.prefix()[s]) {
      tokens += layout.length(s);
    }
    return tokens;
  }

  /** Marks a segment and all that it continues. */
  public static void choose(SequenceLayout layout, boolean[] chosen, int segment) {
    for (int s = segment; s >= 0 && !chosen[s]; s = layout.prefix()[s]) {
      chosen[s] = true;
    }
  }

  private static void markScored(boolean[] chosen, boolean[] scored) {
    for (int s = 0; s < chosen.length; s++) {
      scored[s] |= chosen[s];
      chosen[s] = false;
    }
  }

  /** The chosen segments, with the labelled rows of those that were not scored before. */
  private static SubBatch subset(TokenBatch batch, boolean[] chosen, boolean[] scored) {
    int[] segmentOf = batch.layout().segmentOfToken();
    int[] outputs = new int[batch.rows().length];
    int count = 0;
    for (int m = 0; m < outputs.length; m++) {
      int s = segmentOf[batch.rows()[m]];
      if (chosen[s] && !scored[s]) {
        outputs[count++] = m;
      }
    }
    return of(batch, chosen, Arrays.copyOf(outputs, count));
  }

  /** Segments of a batch with all that they continue, and some of their labelled rows. */
  public static SubBatch of(TokenBatch batch, boolean[] chosen, int[] outputs) {
    SequenceLayout layout = batch.layout();
    int[] newSegment = new int[layout.segments()];
    int[] newRow = new int[layout.tokens()];
    int segments = 0;
    int tokens = 0;
    for (int s = 0; s < layout.segments(); s++) {
      if (chosen[s]) {
        newSegment[s] = segments++;
        for (int n = layout.offsets()[s]; n < layout.offsets()[s + 1]; n++) {
          newRow[n] = tokens++;
        }
      }
    }
    int[] offsets = new int[segments + 1];
    int[] prefix = new int[segments];
    int[] ids = new int[tokens];
    for (int s = 0; s < layout.segments(); s++) {
      if (chosen[s]) {
        int length = layout.length(s);
        int to = newSegment[s];
        offsets[to + 1] = offsets[to] + length;
        prefix[to] = layout.prefix()[s] < 0 ? -1 : newSegment[layout.prefix()[s]];
        System.arraycopy(batch.tokens(), layout.offsets()[s], ids, offsets[to], length);
      }
    }
    int[] rows = new int[outputs.length];
    int[] labels = new int[outputs.length];
    for (int m = 0; m < outputs.length; m++) {
      rows[m] = newRow[batch.rows()[outputs[m]]];
      labels[m] = batch.labels()[outputs[m]];
    }
    return new SubBatch(
        new TokenBatch(ids, new SequenceLayout(offsets, prefix), rows, labels, batch.temperature()),
        outputs);
  }
}
