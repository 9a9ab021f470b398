package org.align4j.models.text.sentencepiece;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.align4j.models.text.sentencepiece.Pieces.Type;
import org.jspecify.annotations.Nullable;

/**
 * Byte-pair encoding as SentencePiece does it ({@code bpe_model.cc}): of all neighbours that
 * together are a piece, those with the highest score are joined first, the leftmost of equals.
 * {@code O(n log n)}, and linear where words come again and again.
 *
 * <p>Two characters that stand side by side in no piece are never joined. So a text is cut there
 * first, and its parts, mostly words, are merged one by one and remembered.
 */
public final class BpeSegmenter implements Segmenter {

  /** Two neighbours that may be joined: the places of both and the characters they then are. */
  private record Pair(float score, int left, int right, int length) implements Comparable<Pair> {

    @Override
    public int compareTo(Pair other) {
      int byScore = Float.compare(other.score + 0.0f, score + 0.0f);
      return byScore != 0 ? byScore : Integer.compare(left, other.left);
    }
  }

  /** Parts remembered with their pieces. */
  private static final int MOST_CACHED = 1 << 16;

  private static final int LONGEST_CACHED = 48;

  private final Pieces pieces;
  private final Map<String, Integer> ids;
  private final UserDefined userDefined;
  private final int longest;

  /** Neighbours in a piece, sorted: the first character in the upper half. */
  private final long[] neighbours;

  private final Map<String, List<Cut>> cache = new ConcurrentHashMap<>();

  public BpeSegmenter(Pieces pieces) {
    this.pieces = pieces;
    this.ids = pieces.ids(List.of(Type.NORMAL, Type.USER_DEFINED, Type.UNUSED));
    this.userDefined = new UserDefined(pieces);
    this.longest = ids.keySet().stream().mapToInt(String::length).max().orElse(0);
    this.neighbours =
        ids.keySet().stream().flatMapToLong(BpeSegmenter::neighbours).distinct().sorted().toArray();
  }

  private static LongStream neighbours(String piece) {
    int[] points = piece.codePoints().toArray();
    return IntStream.range(1, points.length).mapToLong(i -> pair(points[i - 1], points[i]));
  }

  private static long pair(int left, int right) {
    return (long) left << 32 | right;
  }

  @Override
  public List<Cut> cut(String normal) {
    List<Cut> cuts = new ArrayList<>(normal.length() / 3 + 1);
    int start = 0;
    for (int at = 0; at < normal.length(); ) {
      int point = normal.codePointAt(at);
      at += Character.charCount(point);
      if (at == normal.length()
          || Arrays.binarySearch(neighbours, pair(point, normal.codePointAt(at))) < 0) {
        for (Cut cut : part(normal.substring(start, at))) {
          cuts.add(new Cut(cut.id(), start + cut.start(), start + cut.end()));
        }
        start = at;
      }
    }
    return cuts;
  }

  private List<Cut> part(String part) {
    if (part.length() > LONGEST_CACHED) {
      return new Merging(part).run();
    }
    List<Cut> known = cache.get(part);
    if (known == null) {
      known = new Merging(part).run();
      if (cache.size() < MOST_CACHED) {
        cache.put(part, known);
      }
    }
    return known;
  }

  /**
   * The merging of one text. Symbols are numbered; one that was joined to its left has length 0.
   */
  private final class Merging {
    private final String text;
    private final int[] starts;
    private final int[] lengths;
    private final int[] next;
    private final int[] previous;
    private final boolean[] frozen;
    private final int count;
    private final PriorityQueue<Pair> queue = new PriorityQueue<>();

    /** How long the left part of an unused piece was when it was made. */
    private final Map<String, Integer> parts = new HashMap<>();

    Merging(String text) {
      this.text = text;
      this.starts = new int[text.length()];
      this.lengths = new int[text.length()];
      this.frozen = new boolean[text.length()];
      int symbols = 0;
      for (int at = 0; at < text.length(); symbols++) {
        int defined = userDefined.length(text, at);
        starts[symbols] = at;
        frozen[symbols] = defined > 0;
        lengths[symbols] = defined > 0 ? defined : Character.charCount(text.codePointAt(at));
        at += lengths[symbols];
      }
      this.count = symbols;
      this.next = new int[count];
      this.previous = new int[count];
      Arrays.setAll(next, i -> i + 1);
      Arrays.setAll(previous, i -> i - 1);
    }

    List<Cut> run() {
      for (int i = 0; i + 1 < count; i++) {
        offer(i, i + 1);
      }
      for (Pair pair = queue.poll(); pair != null; pair = queue.poll()) {
        int left = pair.left;
        int right = pair.right;
        boolean stale =
            lengths[left] == 0
                || lengths[right] == 0
                || lengths[left] + lengths[right] != pair.length;
        if (stale) {
          continue;
        }
        lengths[left] = pair.length;
        lengths[right] = 0;
        next[left] = next[right];
        if (next[left] < count) {
          previous[next[left]] = left;
        }
        offer(previous[left], left);
        offer(left, next[left]);
      }
      List<Cut> cuts = new ArrayList<>();
      for (int i = 0; i < count; i = next[i]) {
        add(cuts, starts[i], starts[i] + lengths[i]);
      }
      return cuts;
    }

    private void offer(int left, int right) {
      if (left < 0 || right >= count || frozen[left] || frozen[right]) {
        return;
      }
      int length = lengths[left] + lengths[right];
      if (length > longest) {
        return;
      }
      String joined = text.substring(starts[left], starts[left] + length);
      @Nullable Integer id = ids.get(joined);
      if (id == null) {
        return;
      }
      queue.add(new Pair(pieces.scores()[id], left, right, length));
      if (pieces.types().get(id) == Type.UNUSED) {
        parts.put(joined, lengths[left]);
      }
    }

    /** An unused piece falls apart into what it was made of. */
    private void add(List<Cut> cuts, int start, int end) {
      String piece = text.substring(start, end);
      @Nullable Integer id = ids.get(piece);
      @Nullable Integer left = parts.get(piece);
      if (id != null && left != null && pieces.types().get(id) == Type.UNUSED) {
        add(cuts, start, start + left);
        add(cuts, start + left, end);
      } else {
        cuts.add(new Cut(id == null ? Cut.UNKNOWN : id, start, end));
      }
    }
  }
}
