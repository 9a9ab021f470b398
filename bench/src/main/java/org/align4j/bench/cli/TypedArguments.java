package org.align4j.bench.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.align4j.bench.cli.console.OptionChecks;

/** Whether the arguments are what was typed: letters that Java cannot read become U+FFFD. */
final class TypedArguments {

  private static final Path TYPED = Path.of("/proc/self/cmdline");

  private TypedArguments() {}

  /** Refuses arguments that lost a letter on their way: the model would be shown another text. */
  static void check(List<String> args) {
    if (args.stream().allMatch(argument -> argument.indexOf('\uFFFD') < 0)) {
      return;
    }
    String charset = System.getProperty("sun.jnu.encoding", "UTF-8");
    OptionChecks.that(
        Charset.isSupported(charset) && Charset.forName(charset).equals(StandardCharsets.UTF_8),
        "an argument cannot be read in the charset of the locale, %s: set LC_ALL=C.UTF-8"
            .formatted(charset));
    OptionChecks.that(isUtf8(), "an argument is not UTF-8: convert it");
  }

  private static boolean isUtf8() {
    try {
      var _ =
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(Files.readAllBytes(TYPED)));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    } catch (IOException e) {
      // Not Linux: it looks the same as a U+FFFD that was typed.
      return true;
    }
  }
}
