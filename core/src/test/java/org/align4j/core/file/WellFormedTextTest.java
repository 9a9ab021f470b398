package org.align4j.core.file;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class WellFormedTextTest {

  @Test
  void everyHalfOfASurrogatePairBecomesOneReplacementCharacter() {
    assertThat(WellFormedText.of("\ud83d\ud83d\ude00\ude00x\ud83d"))
        .isEqualTo("\uFFFD\ud83d\ude00\uFFFDx\uFFFD");
  }

  @Test
  void textThatIsUnicodeStaysAsItIs() {
    String text = "a\ud83d\ude00\u0000\uFFFF";
    assertThat(WellFormedText.of(text)).isSameAs(text);
  }
}
