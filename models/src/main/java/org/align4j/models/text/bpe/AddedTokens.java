package org.align4j.models.text.bpe;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** Finds added tokens in a text: the leftmost first, of those that begin there the longest. */
public final class AddedTokens {

  private record Added(String text, int id) {}

  /** A found token. */
  public record Found(int start, int end, int id) {}

  private final Map<Character, List<Added>> byFirst = new HashMap<>();

  public AddedTokens(BpeVocabulary vocabulary, IntPredicate wanted) {
    for (int id : vocabulary.added().keySet()) {
      if (wanted.test(id)) {
        String text = vocabulary.tokens().get(id);
        byFirst
            .computeIfAbsent(text.charAt(0), first -> new ArrayList<>())
            .add(new Added(text, id));
      }
    }
    Comparator<Added> longest = Comparator.comparingInt(added -> -added.text().length());
    byFirst.values().forEach(list -> list.sort(longest));
  }

  /** The first one at or after an index, or null. */
  public @Nullable Found find(String text, int from) {
    for (int i = from; i < text.length(); i++) {
      List<Added> candidates = byFirst.get(text.charAt(i));
      if (candidates == null) {
        continue;
      }
      for (Added added : candidates) {
        if (text.startsWith(added.text(), i)) {
          return new Found(i, i + added.text().length(), added.id());
        }
      }
    }
    return null;
  }
}
