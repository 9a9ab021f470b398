package org.align4j.algorithms.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.common.collect.ImmutableList;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PromptFileTest {

  @TempDir Path folder;

  private Path file(String... lines) throws IOException {
    return Files.write(folder.resolve("p.jsonl"), List.of(lines));
  }

  private static PromptFile open(Path file, BadLines badLines) {
    return PromptFile.open(file, PromptFields.AUTO, badLines);
  }

  @Test
  void readsGsm8kAsPublished() throws IOException {
    Path file = file("{\"question\": \"2+3?\", \"answer\": \"2+3=<<2+3=5>>5\\n#### 5\"}", "");
    try (PromptFile prompts = open(file, BadLines.FATAL)) {
      assertThat(prompts.size()).isEqualTo(1);
      assertThat(prompts.get(0)).isEqualTo(Prompt.text("p.jsonl:1", "2+3?", "5"));
    }
    try (var pairs = PairFiles.supervised(file, PromptFields.AUTO, BadLines.FATAL)) {
      assertThat(pairs.get(0).response()).isEqualTo("2+3=<<2+3=5>>5\n#### 5");
    }
  }

  @Test
  void readsChatsAndOtherKeys() throws IOException {
    Path file =
        file("{\"m\": [{\"role\": \"user\", \"content\": \"hi\u00e9\"}], \"gold\": 7, \"x\": {}}");
    try (var prompts = PromptFile.open(file, new PromptFields("m", "gold"), BadLines.FATAL)) {
      assertThat(prompts.get(0))
          .isEqualTo(
              Prompt.chat("p.jsonl:1", ImmutableList.of(new Message("user", "hi\u00e9")), "7"));
    }
  }

  @Test
  void toolsAndTemplateKwargsOfALineAreKept() throws IOException {
    Path file =
        file(
            "{\"messages\": [{\"role\": \"user\", \"content\": [{\"type\": \"text\", \"text\": \"hi\"}]},"
                + " {\"role\": \"assistant\", \"tool_calls\": [{\"id\": 1}]}],"
                + " \"tools\": \"[{\\\"name\\\": \\\"f\\\"}]\", \"chat_template_kwargs\": {\"k\": 1}}");
    try (var pairs = PairFiles.supervised(file, PromptFields.AUTO, BadLines.FATAL)) {
      Prompt prompt = pairs.get(0).prompt();
      assertThat(prompt.options().tools().orElseThrow().toString()).isEqualTo("[{\"name\":\"f\"}]");
      assertThat(prompt.options().templateKwargs().toString()).isEqualTo("{\"k\":1}");
      assertThat(prompt.text()).isEqualTo("hi");
      assertThat(pairs.get(0).turn().orElseThrow().chat().fields().has("tool_calls")).isTrue();
    }
  }

  @Test
  void toolsThatAreNoneAreABadLine() throws IOException {
    Path file = file("{\"prompt\": \"a\", \"tools\": {\"name\": \"f\"}}");
    assertThatThrownBy(() -> open(file, BadLines.FATAL))
        .hasMessageContaining("p.jsonl")
        .hasMessageContaining("tools");
  }

  @Test
  void readsPreferences() throws IOException {
    Path file = file("{\"prompt\": \"q\", \"chosen\": \"a\", \"rejected\": \"b\"}");
    try (var pairs = PairFiles.preferences(file, BadLines.FATAL)) {
      assertThat(pairs.all())
          .containsExactly(new PreferencePair(Prompt.text("p.jsonl:1", "q", ""), "a", "b"));
    }
  }

  @Test
  void readsTheMarginsOfPreferences() throws IOException {
    Path file =
        file("{\"prompt\": \"q\", \"chosen\": \"a\", \"rejected\": \"b\", \"margin\": 0.5}");
    try (var pairs = PairFiles.preferences(file, BadLines.FATAL)) {
      assertThat(pairs.all().get(0).margin()).isEqualTo(0.5);
    }
    Path bad =
        file("{\"prompt\": \"q\", \"chosen\": \"a\", \"rejected\": \"b\", \"margin\": \"x\"}");
    assertThatThrownBy(() -> PairFiles.preferences(bad, BadLines.FATAL).all())
        .hasMessageContaining("line 1: its \"margin\" is \"x\": it must be a number");
  }

  @Test
  void badLinesAreReportedWithFileAndNumber() throws IOException {
    Path file =
        file(
            "{\"question\": \"a\", \"answer\": \"1\"}",
            "{\"question\": ",
            "[1]",
            "{\"foo\": 1}",
            "{\"question\": \"\"}",
            "{\"question\": 5}",
            "{\"question\": \"b\", \"answer\": \"2\"}");
    assertThatThrownBy(() -> open(file, BadLines.FATAL))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("p.jsonl line 2: it is not JSON");
    try (PromptFile prompts = open(file, BadLines.SKIP)) {
      assertThat(prompts.size()).isEqualTo(2);
      assertThat(prompts.get(1).text()).isEqualTo("b");
      assertThat(prompts.skippedCount()).isEqualTo(5);
      assertThat(prompts.skipped().get(2)).contains("line 4", "no \"question\"", "foo");
    }
  }

  @Test
  void anEmptyOrMissingFileIsAClearError() throws IOException {
    assertThatThrownBy(() -> open(file(), BadLines.SKIP)).hasMessageContaining("it is empty");
    assertThatThrownBy(() -> open(file("nope"), BadLines.SKIP))
        .hasMessageContaining("no good line");
    assertThatThrownBy(() -> open(folder.resolve("none"), BadLines.SKIP))
        .hasMessageContaining("no such file");
    assertThatThrownBy(() -> open(folder, BadLines.SKIP))
        .hasMessageContaining("not a file but a folder");
  }

  private Path bytes(String name, byte[] bytes) throws IOException {
    return Files.write(folder.resolve(name), bytes);
  }

  private static byte[] gzip(String text) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return out.toByteArray();
  }

  private static final String LINE = "{\"question\": \"a\u00e9\", \"answer\": \"1\"}";

  private static List<String> texts(Path file) {
    try (PromptFile prompts = open(file, BadLines.FATAL)) {
      return IntStream.range(0, prompts.size()).mapToObj(i -> prompts.get(i).text()).toList();
    }
  }

  /** Python's json.loads says "Extra data: line 1 column 47" here. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'answer':'2','question':'b'}{'question':'b'} | column 30",
        "{'question':'b','answer':'2'} rest | column 31",
        "{'question':'b','answer':'2'}, | column 30",
        "{'question':'b','answer':'2'}} | column 30",
        "{'question':'b'} 5 | column 18",
      })
  void whatFollowsTheObjectOfALineIsAnError(String line, String column) throws IOException {
    Path file = file(LINE, line.replace('\'', '"'));
    assertThatThrownBy(() -> open(file, BadLines.FATAL))
        .hasMessageContaining("p.jsonl line 2: " + column + ": there is more");
    try (PromptFile prompts = open(file, BadLines.SKIP)) {
      assertThat(prompts.size()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"\n", "\r\n", "\r", "\n\n", "\r\r", "\n\r"})
  void linesEndAsOnAnySystem(String end) throws IOException {
    assertThat(texts(bytes("q.jsonl", (LINE + end + LINE).getBytes(StandardCharsets.UTF_8))))
        .containsExactly("a\u00e9", "a\u00e9");
  }

  @Test
  void aByteOrderMarkIsNoText() throws IOException {
    byte[] text = ("\ufeff" + LINE + "\n").getBytes(StandardCharsets.UTF_8);
    assertThat(texts(bytes("p.jsonl", text))).containsExactly("a\u00e9");
  }

  @Test
  void compressedFilesAreRead() throws IOException {
    assertThat(texts(bytes("p.jsonl.gz", gzip(LINE + "\n" + LINE)))).hasSize(2);
    assertThat(texts(bytes("named-otherwise", gzip(LINE)))).containsExactly("a\u00e9");
    byte[] whole = gzip(LINE.repeat(50));
    Path cut = bytes("cut.gz", Arrays.copyOf(whole, whole.length - 12));
    assertThatThrownBy(() -> open(cut, BadLines.SKIP))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("cut.gz: its compressed data end too early");
  }

  @Test
  void aPipeIsRead() throws Exception {
    Path pipe = folder.resolve("pipe");
    assumeTrue(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor() == 0);
    Thread writer =
        Thread.ofPlatform()
            .start(() -> {
              try {
                Files.writeString(pipe, LINE + "\n" + LINE + "\n", StandardOpenOption.WRITE);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    assertThat(texts(pipe)).hasSize(2);
    writer.join();
  }

  @Test
  void anotherKindOfFileIsCalledWhatItIs() throws IOException {
    String json = LINE + "\n";
    byte[] mark16 = {(byte) 0xff, (byte) 0xfe};
    byte[] text16 = json.getBytes(StandardCharsets.UTF_16LE);
    byte[] marked = Arrays.copyOf(mark16, text16.length + 2);
    System.arraycopy(text16, 0, marked, 2, text16.length);
    assertRefused("u16", marked, "it is UTF-16: save it as UTF-8");
    assertRefused("u16be", json.getBytes(StandardCharsets.UTF_16), "it is UTF-16");
    assertRefused("u16plain", text16, "it is UTF-16");
    assertRefused("u32", json.getBytes(Charset.forName("UTF-32LE")), "it is UTF-32");
    assertRefused("zip", new byte[] {'P', 'K', 3, 4, 0}, "zip archive");
    assertRefused("zst", new byte[] {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd, 0}, "zstd");
    assertRefused("parquet", "PAR1....".getBytes(StandardCharsets.UTF_8), "Parquet");
    assertRefused(
        "lfs",
        "version https://git-lfs.github.com/spec/v1\n".getBytes(StandardCharsets.UTF_8),
        "Git LFS pointer");
    assertRefused("page", "<!DOCTYPE html>\n<html>".getBytes(StandardCharsets.UTF_8), "web page");
    assertRefused("t.csv", "question,answer\na,1\n".getBytes(StandardCharsets.UTF_8), "CSV");
    assertRefused(
        "latin1", json.getBytes(StandardCharsets.ISO_8859_1), "line 1: it is not UTF-8 (byte 16)");
    String document = "it is one JSON document, not JSON lines";
    assertRefused(
        "pretty", "{\n  \"question\": \"q\"\n}\n".getBytes(StandardCharsets.UTF_8), document);
    assertRefused("array", ("[\n" + LINE + "\n]").getBytes(StandardCharsets.UTF_8), document);
    assertRefused(
        "flat", ("[" + LINE + "," + LINE + "]").getBytes(StandardCharsets.UTF_8), document);
  }

  private void assertRefused(String name, byte[] content, String message) throws IOException {
    Path file = bytes(name, content);
    assertThatThrownBy(() -> open(file, BadLines.FATAL))
        .as(name)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining(message);
  }

  @Test
  void aKeyThatComesTwiceIsAnError() throws IOException {
    Path file = file("{\"question\": \"a\", \"answer\": \"1\", \"answer\": \"2\"}");
    assertThatThrownBy(() -> open(file, BadLines.FATAL))
        .hasMessageContaining("line 1: it is not JSON (column")
        .hasMessageContaining("Duplicate field 'answer'");
  }

  @Test
  void numbersKeepEveryDigitAndNanIsNoAnswer() throws IOException {
    Path file =
        file(
            "{\"question\": \"a\", \"answer\": 0.1000000000000000000001, \"loss\": NaN}",
            "{\"question\": \"a\", \"answer\": NaN, \"target\": -Infinity, \"solution\": \"3\"}");
    try (PromptFile prompts = open(file, BadLines.FATAL)) {
      assertThat(prompts.get(0).answer()).isEqualTo("0.1000000000000000000001");
      assertThat(prompts.get(1).answer()).isEqualTo("3");
    }
  }

  /** As Python encodes with errors="replace"; the emoji beside it stays whole. */
  @Test
  void halfASurrogatePairIsReadAsAReplacementCharacter() throws IOException {
    Path file =
        file(
            "{\"question\": \"a\\ud83d\\ud83d\\ude00b\\ude00\", \"answer\": \"1\"}",
            "{\"prompt\": [{\"role\": \"user\", \"content\": \"\\uDC00\"}], \"answer\": \"1\"}");
    assertThat(texts(file)).containsExactly("a\ufffd\ud83d\ude00b\ufffd", "\ufffd");
  }

  /** verl's file of GSM8K, as its example writes it. */
  private static final String VERL =
      "{\"data_source\":\"openai/gsm8k\",\"prompt\":[{\"role\":\"user\",\"content\":\"20+1?\"}],"
          + "\"reward_model\":{\"style\":\"rule\",\"ground_truth\":\"21\"},\"extra_info\":{\"index\":20}}";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'question':'q','answer':7} | 7",
        "{'prompt':'q','ground_truth':'7'} | 7",
        "{'problem':'q','final_answer':'7','solution':'x'} | 7",
        "{'query':'q','target':'7'} | 7",
        "{'instruction':'q','label':'7'} | 7",
        "{'prompt':'q','reward_model':{'ground_truth':'7'}} | 7",
        "{'prompt':'q','answer':null,'solution':'7'} | 7",
        "{'prompt':'q','answer':'8','solution':'7'} | 8",
        "{'problem':'q','messages':[{'role':'assistant','content':'7'}],'answer':'7'} | 7",
      })
  void theUsualKeysAreFoundByThemselves(String line, String answer) throws IOException {
    Path file = file(line.replace('\'', '"'));
    PromptFields fields = PromptFields.AUTO.withAnswerNeeded(true);
    try (PromptFile prompts = PromptFile.open(file, fields, BadLines.FATAL)) {
      assertThat(prompts.get(0)).isEqualTo(Prompt.text("p.jsonl:1", "q", answer));
    }
  }

  @Test
  void aKeyMayBeAPath() throws IOException {
    Path file = file(VERL);
    for (String key : List.of("", "reward_model.ground_truth", "extra_info.index")) {
      PromptFields fields = new PromptFields("prompt", key, true);
      try (PromptFile prompts = PromptFile.open(file, fields, BadLines.FATAL)) {
        assertThat(prompts.get(0).answer()).isEqualTo(key.startsWith("extra") ? "20" : "21");
      }
    }
    Path dotted =
        file("{\"a.b\": \"literal\", \"a\": {\"b\": \"nested\"}, \"c\": [{\"d\": \"q\"}]}");
    try (PromptFile prompts =
        PromptFile.open(dotted, new PromptFields("c.0.d", "a.b"), BadLines.FATAL)) {
      assertThat(prompts.get(0)).isEqualTo(Prompt.text("p.jsonl:1", "q", "literal"));
    }
    assertThatThrownBy(
            () -> PromptFile.open(dotted, new PromptFields("c.0.d", "a.x"), BadLines.FATAL))
        .hasMessageContaining("line 1: it has no \"a.x\" (its keys: a.b, a, c)");
  }

  @Test
  void aMissingAnswerIsAnErrorWhereTheRewardNeedsOne() throws IOException {
    Path file = file(LINE, "{\"prompt\": \"b\", \"gold\": \"1\"}");
    PromptFields needed = PromptFields.AUTO.withAnswerNeeded(true);
    assertThatThrownBy(() -> PromptFile.open(file, needed, BadLines.FATAL))
        .hasMessageContaining(
            "line 2: it has no answer (its keys: prompt, gold): name it with --answer-key");
    try (PromptFile prompts = PromptFile.open(file, needed, BadLines.SKIP)) {
      assertThat(prompts.size()).isEqualTo(1);
    }
    try (PromptFile prompts = open(file, BadLines.FATAL)) {
      assertThat(prompts.get(1).answer()).isEmpty();
    }
  }

  @Test
  void aChatThatEndsWithItsAnswerIsNoPrompt() throws IOException {
    Path file =
        file(
            "{\"messages\": [{\"role\": \"user\", \"content\": \"q\"}, {\"role\": \"assistant\", \"content\": \"a\"}]}");
    assertThatThrownBy(() -> open(file, BadLines.FATAL))
        .hasMessageContaining("line 1: its last message is the assistant's");
    try (var pairs = PairFiles.supervised(file, PromptFields.AUTO, BadLines.FATAL)) {
      assertThat(pairs.get(0).response()).isEqualTo("a");
    }
  }

  @Test
  void examplesOfTheUsualKeysAreImitated() throws IOException {
    Path file =
        file(
            "{\"instruction\": \"q\", \"input\": \"of this\", \"output\": \"r\"}",
            "{\"problem\": \"q\", \"solution\": \"worked\", \"answer\": \"7\"}");
    try (var pairs = PairFiles.supervised(file, PromptFields.AUTO, BadLines.FATAL)) {
      assertThat(pairs.all())
          .containsExactly(
              new TextPair(Prompt.text("p.jsonl:1", "q\n\nof this", ""), "r"),
              new TextPair(Prompt.text("p.jsonl:2", "q", "7"), "worked"));
    }
    Path named = file("{\"question\": \"q\", \"response\": \"r\", \"mine\": {\"text\": \"s\"}}");
    try (var pairs =
        PairFiles.supervised(named, new PromptFields("", "mine.text"), BadLines.FATAL)) {
      assertThat(pairs.get(0).response()).isEqualTo("s");
    }
  }
}
