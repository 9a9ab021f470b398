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
  private final int tail;

  StopStrings(ImmutableList<String> strings, Function<int[], String> decode) {
    this.strings = strings;
    this.decode = decode;
    int longest = 0;
    for (String string : strings) {
      longest = Math.max(longest, string.getBytes(StandardCharsets.UTF_8).length);
    }
    // a token is at least one byte: decoding this many from the end is enough, and stays linear
    this.tail = longest + SPARE_TOKENS;
  }

  /** Whether the response of this many ids holds a stop string now. */
  boolean reached(int[] ids, int length) {
    if (strings.isEmpty()) {
      return false;
    }
    String text = decode.apply(Arrays.copyOfRange(ids, Math.max(0, length - tail), length));
    return strings.stream().anyMatch(text::contains);
  }
}
