package org.align4j.core.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ForeignFileTest {

  private static final String POINTER =
      "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 269060552\n";

  private static byte[] bytes(String latin1) {
    return latin1.getBytes(StandardCharsets.ISO_8859_1);
  }

  @Test
  void aGitLfsPointerIsToldWithItsRemedy() {
    assertThat(ForeignFile.recognise(bytes(POINTER)))
        .hasValue(
            "is a Git LFS pointer, not the file itself: run git lfs pull in its folder, or fetch"
                + " the model with bench/run download");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''|is empty",
        "<!DOCTYPE html><html>|is a web page",
        "'  <html lang=en>'|is a web page",
        "<?xml version=\"1.0\"?><Error>|is a web page",
        "Entry not found|holds the text Entry not found",
        "{\"error\":\"Repository not found\"}|holds the text {\"error\":",
        "PK\u0003\u0004\u0000\u0000archive/data.pkl|is a PyTorch file",
        "PK\u0003\u0004\u0000\u0000x.txt|is a zip archive",
        "GGUF\u0003\u0000|is a GGUF file",
        "@\u0000\u0000\u0000\u0000\u0000\u0000\u0000{\"a\":1}|is a safetensors file"
      })
  void otherThingsAreCalledWhatTheyAre(String start, String called) {
    assertThat(ForeignFile.recognise(bytes(start)).orElseThrow()).startsWith(called);
  }

  @Test
  void archivesAndPicklesAreCalledWhatTheyAre() {
    assertThat(ForeignFile.recognise(bytes("\u0080\u0002\u008a\nl")).orElseThrow())
        .startsWith("is a pickled file");
    assertThat(ForeignFile.recognise(bytes("\u001f\u008b\u0008\u0000")).orElseThrow())
        .startsWith("is compressed with gzip");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"model_type\":\"llama\"}", "{", "\u0001\u0002binary\u0000", "{}"})
  void whatMayBeTheFileIsNotRecognised(String start) {
    assertThat(ForeignFile.recognise(bytes(start))).isEmpty();
  }

  @Test
  void jsonFilesSayItOfThemselves() {
    assertThatThrownBy(() -> JsonFiles.parseObject(Path.of("config.json"), bytes(POINTER)))
        .isInstanceOf(BadFileException.class)
        .hasMessageStartingWith("config.json: is a Git LFS pointer");
    byte[] large = Arrays.copyOf(bytes("<html>"), 10_000);
    assertThatThrownBy(() -> JsonFiles.parseObject(Path.of("tokenizer.json"), large))
        .hasMessageStartingWith("tokenizer.json: is a web page");
  }
}
