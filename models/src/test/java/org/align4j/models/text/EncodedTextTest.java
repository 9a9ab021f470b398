package org.align4j.models.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.align4j.models.jinja.Template.Span;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EncodedTextTest {

  @TempDir Path folder;

  /** A token that a part cuts through belongs to it; parts may touch and be empty. */
  @Test
  void tokensThatOverlapAPartAreMarked() {
    EncodedText text =
        new EncodedText(new int[5], new int[] {0, 2, 4, 4, 8}, new int[] {2, 4, 5, 8, 9});
    assertThat(text.overlapping(List.of(new Span(3, 5), new Span(5, 5), new Span(8, 9))))
        .containsExactly(false, true, true, true, true);
    assertThat(text.overlapping(List.of())).containsOnly(false);
  }

  /** {@code tokenizers} says where its tokens stand; ours say the same of the same tokenizer. */
  @Test
  void ourTokensStandWhereThoseOfTheLibraryStand() throws IOException {
    ByteLevelBpe own = ByteLevelBpeTest.bpe("qwen2");
    own.save(folder);
    Tokenizer theirs = TokenizerFiles.read(folder).orElseThrow();
    for (String text :
        List.of("hello", "<|end|>a😀b é<|end|>日本", "e\u0301x<|end|>", "", "<|end|>")) {
      EncodedText wanted = theirs.encodeChatSpans(text);
      EncodedText found = own.encodeChatSpans(text);
      assertThat(found.ids()).as(text).isEqualTo(wanted.ids());
      assertThat(found.starts()).as(text).isEqualTo(wanted.starts());
      assertThat(found.ends()).as(text).isEqualTo(wanted.ends());
    }
  }
}
