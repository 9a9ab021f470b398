package org.align4j.models.text.bpe;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.base.CharMatcher;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Finds added tokens in a text: the leftmost first, of those that begin there the longest. */
public final class AddedTokens {

  /**
   * A token that is recognised before anything else.
   *
   * @param text its characters, at least one
   * @param special whether it steers and is not text
   * @param stripsLeft whether it takes the white space before it
   * @param stripsRight whether it takes the white space after it
   */
  public record Added(
      String text, int id, boolean special, boolean stripsLeft, boolean stripsRight) {

    public Added {
      checkArgument(!text.isEmpty(), "added token %s is empty", id);
    }

    /** One that takes no white space. */
    public Added(String text, int id, boolean special) {
      this(text, id, special, false, false);
    }
  }

  /** A found token and the characters it stands for. */
  public record Found(int start, int end, int id) {}

  private final Map<String, Added> byText = new HashMap<>();

  /** Lengths of the tokens that begin with a character, the longest first. */
  private final Map<Character, TreeSet<Integer>> lengths = new HashMap<>();

  /**
   * Builds the tables. Of two tokens with the same text the first counts.
   *
   * @param special whether the special ones are found, too
   */
  public AddedTokens(Collection<Added> tokens, boolean special) {
    for (Added added : tokens) {
      if ((special || !added.special()) && byText.putIfAbsent(added.text(), added) == null) {
        lengths
            .computeIfAbsent(added.text().charAt(0), first -> new TreeSet<>((a, b) -> b - a))
            .add(added.text().length());
      }
    }
  }

  /** The first one at or after an index, or null. */
  public @Nullable Found find(String text, int from) {
    for (int i = from; i < text.length(); i++) {
      TreeSet<Integer> candidates = lengths.get(text.charAt(i));
      if (candidates == null) {
        continue;
      }
      for (int length : candidates) {
        Added added = i + length > text.length() ? null : byText.get(text.substring(i, i + length));
        if (added != null) {
          return found(text, from, i, added);
        }
      }
    }
    return null;
  }

  private static Found found(String text, int from, int at, Added added) {
    int start = at;
    int end = at + added.text().length();
    CharMatcher blank = CharMatcher.whitespace();
    while (added.stripsLeft() && start > from && blank.matches(text.charAt(start - 1))) {
      start--;
    }
    while (added.stripsRight() && end < text.length() && blank.matches(text.charAt(end))) {
      end++;
    }
    return new Found(start, end, added.id());
  }
}
