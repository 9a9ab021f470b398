package org.align4j.models.text.bpe;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * GPT-2's alphabet: every byte as a printable character ({@code bytes_to_unicode} of {@code
 * encoder.py}). Printable Latin-1 stays; the others are numbered from U+0100.
 */
public final class ByteAlphabet {

  private static final int[] BYTE_OF = new int[0x200];
  private static final char[] CHAR_OF = new char[256];

  static {
    Arrays.fill(BYTE_OF, -1);
    int next = 0x100;
    for (int value = 0; value < 256; value++) {
      boolean printable =
          (value >= '!' && value <= '~')
              || (value >= 0xA1 && value <= 0xAC)
              || (value >= 0xAE && value <= 0xFF);
      char letter = (char) (printable ? value : next++);
      CHAR_OF[value] = letter;
      BYTE_OF[letter] = value;
    }
  }

  private ByteAlphabet() {}

  public static char letter(int value) {
    return CHAR_OF[value & 0xFF];
  }

  /** Bytes of a token; one with a character outside the alphabet stands for its own UTF-8. */
  public static byte[] bytes(String token) {
    var bytes = new ByteArrayOutputStream(token.length());
    for (int i = 0; i < token.length(); i++) {
      char letter = token.charAt(i);
      int value = letter < BYTE_OF.length ? BYTE_OF[letter] : -1;
      if (value < 0) {
        return token.getBytes(StandardCharsets.UTF_8);
      }
      bytes.write(value);
    }
    return bytes.toByteArray();
  }
}
