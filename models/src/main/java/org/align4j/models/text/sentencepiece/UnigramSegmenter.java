package org.align4j.models.text.sentencepiece;

import com.google.common.base.Utf8;
import com.google.common.collect.Lists;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.align4j.models.text.sentencepiece.Pieces.Type;
import org.jspecify.annotations.Nullable;

/**
 * The most probable cut of a text under a unigram model (Viterbi), in SentencePiece's arithmetic
 * ({@code EncodeOptimized} of {@code unigram_model.cc}): sums in double, kept in float; of equal
 * paths the one found first. Linear in the text.
 */
public final class UnigramSegmenter implements Segmenter {

  /** What a character without a piece costs more than the least probable piece. */
  private static final float PENALTY = 10;

  private final Pieces pieces;
  private final Map<String, Integer> ids;
  private final int longest;
  private final float smallest;
  private final float largest;

  public UnigramSegmenter(Pieces pieces) {
    this.pieces = pieces;
    this.ids = pieces.ids(List.of(Type.NORMAL, Type.USER_DEFINED, Type.UNUSED));
    this.longest = ids.keySet().stream().mapToInt(String::length).max().orElse(0);
    float min = Float.MAX_VALUE;
    float max = -Float.MAX_VALUE;
    for (int id = 0; id < pieces.size(); id++) {
      if (pieces.types().get(id) == Type.NORMAL) {
        min = Math.min(min, pieces.scores()[id]);
        max = Math.max(max, pieces.scores()[id]);
      }
    }
    this.smallest = min;
    this.largest = max;
  }

  @Override
  public List<Cut> cut(String normal) {
    int length = normal.length();
    float[] best = new float[length + 1];
    int[] from = new int[length + 1];
    int[] piece = new int[length + 1];
    Arrays.fill(from, -1);
    for (int start = 0; start < length; ) {
      int first = start + Character.charCount(normal.codePointAt(start));
      boolean single = false;
      int last = Math.min(length, start + longest);
      for (int end = first; end <= last; end = after(normal, end)) {
        @Nullable Integer id = ids.get(normal.substring(start, end));
        if (id != null && pieces.types().get(id) != Type.UNUSED) {
          single |= end == first;
          float candidate = (float) score(id, normal, start, end) + best[start];
          if (from[end] < 0 || candidate > best[end]) {
            best[end] = candidate;
            from[end] = start;
            piece[end] = id;
          }
        }
      }
      if (!single) {
        float candidate = smallest - PENALTY + best[start];
        if (from[first] < 0 || candidate > best[first]) {
          best[first] = candidate;
          from[first] = start;
          piece[first] = Cut.UNKNOWN;
        }
      }
      start = first;
    }
    List<Cut> cuts = new ArrayList<>();
    for (int end = length; end > 0; end = from[end]) {
      cuts.add(new Cut(piece[end], from[end], end));
    }
    return Lists.reverse(cuts);
  }

  private static int after(String text, int at) {
    return at < text.length() ? at + Character.charCount(text.codePointAt(at)) : at + 1;
  }

  /** A user-defined piece is always worth it: its bonus grows with its bytes. */
  private double score(int id, String text, int start, int end) {
    if (pieces.types().get(id) != Type.USER_DEFINED) {
      return pieces.scores()[id];
    }
    int bytes = Utf8.encodedLength(text.substring(start, end));
    return bytes * largest - 0.1;
  }
}
