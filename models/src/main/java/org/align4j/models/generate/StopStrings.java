package org.align4j.models.generate;

import com.google.common.collect.ImmutableList;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Function;

/** Looks for stop strings at the end of a response. */
final class StopStrings {

  /** Tokens that may carry no text of their own: special ones, parts of a character. */
  private static final int SPARE_TOKENS = 8;

  private final ImmutableList<String> strings;
  private final Function<int[], String> decode;
  private final int longest;
  private final int tail;

  StopStrings(ImmutableList<String> strings, Function<int[], String> decode) {
    this.strings = strings;
    this.decode = decode;
    int bytes = 0;
    for (String string : strings) {
      bytes = Math.max(bytes, string.getBytes(StandardCharsets.UTF_8).length);
    }
    this.longest = bytes;
    // a token is at least one byte: decoding this many from the end is enough, and stays linear
    this.tail = longest + SPARE_TOKENS;
  }

  /** Whether the response of this many ids holds a stop string now. */
  boolean reached(int[] ids, int length) {
    if (strings.isEmpty()) {
      return false;
    }
    int from = Math.max(0, length - tail);
    String text = decode.apply(Arrays.copyOfRange(ids, from, length));
    // A run of bytes that begins before the tail is no text without its beginning, and tokens may
    // have none.
    if (from > 0 && (text.length() <= longest || text.indexOf('\uFFFD') >= 0)) {
      text = decode.apply(Arrays.copyOf(ids, length));
    }
    return strings.stream().anyMatch(text::contains);
  }
}
