package org.align4j.models.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.align4j.core.file.JsonFiles;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CharTokenizerTest {

  private static final CharTokenizer TOKENIZER = new CharTokenizer("abc 0123\n+");

  @TempDir Path folder;

  @Test
  void everyCharacterIsAToken() {
    assertThat(TOKENIZER.encode("ab 1\n<eos>")).containsExactly(2, 3, 5, 7, 10, CharTokenizer.EOS);
    assertThat(TOKENIZER.decode(new int[] {2, 3, 5, 7, 10, 1})).isEqualTo("ab 1\n<eos>");
    assertThat(TOKENIZER.decodeWithoutSpecial(new int[] {0, 2, 1})).isEqualTo("a");
  }

  @Test
  void aCharacterOutsideTheAlphabetIsNamed() {
    assertThatThrownBy(() -> TOKENIZER.encode("a€"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("character '€' (U+20AC) is not in the alphabet");
    assertThatThrownBy(() -> TOKENIZER.encodePlain("<eos>")).hasMessageContaining("'<'");
  }

  @Test
  void theSavedOneIsTheSameAlsoInHuggingFacesLibrary() {
    TOKENIZER.save(folder);
    Tokenizer own = TokenizerFiles.read(folder).orElseThrow();
    assertThat(own).isInstanceOf(CharTokenizer.class);
    var foreign =
        new HuggingFaceTokenizer(
            folder,
            JsonFiles.readObject(folder.resolve("tokenizer.json"), 1 << 20),
            TokenizerFiles.specialTokens(folder));
    for (String text : new String[] {"", "ab 1\n<eos>", "3+3\n\n a<pad><pad>"}) {
      int[] ids = TOKENIZER.encode(text);
      for (Tokenizer loaded : new Tokenizer[] {own, foreign}) {
        assertThat(loaded.encode(text)).containsExactly(ids);
        assertThat(loaded.decode(ids)).isEqualTo(text);
        assertThat(loaded.eosIds()).containsExactly(CharTokenizer.EOS);
        assertThat(loaded.vocabSize()).isEqualTo(TOKENIZER.vocabSize());
      }
    }
  }
}
