package org.align4j.models.text.sentencepiece;

import static com.google.common.base.Preconditions.checkArgument;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What a SentencePiece model replaces in a text before it cuts it ({@code precompiled_charsmap}):
 * an array trie (Darts-clone) over bytes, whose values are places of the replacements.
 */
final class CharacterMap {

  /** How many bytes are replaced and by what. */
  record Match(int bytes, String replacement) {}

  private final int[] units;
  private final byte[] replacements;

  /**
   * Wraps a map as a file has it.
   *
   * @param blob the length of the trie in bytes, the trie, and texts that end with a zero
   */
  CharacterMap(byte[] blob) {
    ByteBuffer bytes = ByteBuffer.wrap(blob).order(ByteOrder.LITTLE_ENDIAN);
    checkArgument(blob.length > 4, "the map of characters has %s bytes", blob.length);
    int size = bytes.getInt();
    checkArgument(
        size > 0 && size % 4 == 0 && size < blob.length - 4,
        "the trie of the map of characters has %s bytes of %s",
        size,
        blob.length);
    units = new int[size / 4];
    bytes.asIntBuffer().get(units);
    replacements = new byte[blob.length - 4 - size];
    System.arraycopy(blob, 4 + size, replacements, 0, replacements.length);
  }

  /** The longest entry at a place, or null. */
  @Nullable Match longest(byte[] text, int at) {
    int node = offset(unit(0));
    int found = -1;
    int length = 0;
    for (int i = at; i < text.length; i++) {
      int label = text[i] & 0xFF;
      node ^= label;
      int unit = unit(node);
      if ((unit & 0x800000FF) != label) {
        break;
      }
      node ^= offset(unit);
      if ((unit >> 8 & 1) == 1) {
        found = unit(node) & 0x7FFFFFFF;
        length = i + 1 - at;
      }
    }
    return found < 0 ? null : new Match(length, replacement(found));
  }

  private int unit(int node) {
    checkArgument(node >= 0 && node < units.length, "the map of characters is damaged");
    return units[node];
  }

  private static int offset(int unit) {
    return unit >>> 10 << ((unit & 1 << 9) >>> 6);
  }

  private String replacement(int at) {
    checkArgument(at < replacements.length, "the map of characters is damaged");
    int end = at;
    while (end < replacements.length && replacements[end] != 0) {
      end++;
    }
    return new String(replacements, at, end - at, StandardCharsets.UTF_8);
  }
}
