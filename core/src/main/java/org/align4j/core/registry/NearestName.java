package org.align4j.core.registry;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.Streams;
import java.util.Comparator;
import java.util.Locale;

/** Suggestions for a name that nothing has. */
public final class NearestName {

  private NearestName() {}

  /** The sentence for an unknown name: what, the nearest, all known. */
  public static String unknown(String noun, String name, Iterable<String> known) {
    ImmutableList<String> names = ImmutableList.copyOf(known);
    return "unknown %s %s; did you mean %s? Known: %s"
        .formatted(noun, name, of(name, names), String.join(", ", names));
  }

  /** Of the names known, the one with the smallest edit distance, letter case aside. */
  public static String of(String name, Iterable<String> known) {
    String lower = name.toLowerCase(Locale.ROOT);
    return Streams.stream(known)
        .min(Comparator.comparingInt(n -> distance(n.toLowerCase(Locale.ROOT), lower)))
        .orElse("");
  }

  private static int distance(String a, String b) {
    int[] previous = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] current = new int[b.length() + 1];
      current[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int substituted = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        current[j] = Math.min(substituted, 1 + Math.min(previous[j], current[j - 1]));
      }
      previous = current;
    }
    return previous[b.length()];
  }
}
