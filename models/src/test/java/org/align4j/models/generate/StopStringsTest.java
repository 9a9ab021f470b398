package org.align4j.models.generate;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class StopStringsTest {

  /** As byte tokens decode: a run that is no UTF-8 as a whole is one U+FFFD a byte. */
  private static String run(int[] ids) {
    boolean whole = ids.length == 40 || ids.length < 9;
    return whole ? "e".repeat(Math.max(0, ids.length - 2)) + "\n\n" : "\uFFFD".repeat(ids.length);
  }

  @Test
  void aStopStringBehindALongRunOfBytesIsFound() {
    var stops = new StopStrings(ImmutableList.of("\n\n"), StopStringsTest::run);
    assertThat(stops.reached(new int[40], 40)).isTrue();
  }

  @Test
  void tokensWithoutTextDoNotHideAStopString() {
    int[] ids = new int[40];
    Arrays.fill(ids, 0, 2, 1);
    var stops =
        new StopStrings(
            ImmutableList.of("ab"),
            given -> Arrays.stream(given).anyMatch(id -> id == 1) ? "ab" : "");
    assertThat(stops.reached(ids, 40)).isTrue();
  }
}
