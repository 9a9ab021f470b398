package org.align4j.core.kernel.stored;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.io.Resources;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

final class StoredFormatTest {

  /**
   * Expected floats: the {@code gguf} Python package on two blocks of random numbers; bit by bit.
   */
  @Test
  void everyFormatDecodesToTheBitsOfGgufPy() throws IOException {
    String fixture =
        Resources.toString(Resources.getResource("kernel/blocks.txt"), StandardCharsets.US_ASCII);
    int checked = 0;
    for (String line : fixture.lines().toList()) {
      String[] fields = line.split(" ", -1);
      StoredFormat format = StoredFormat.valueOf(fields[0]);
      byte[] stored = HexFormat.of().parseHex(fields[1]);
      var expected =
          ByteBuffer.wrap(HexFormat.of().parseHex(fields[2]))
              .order(ByteOrder.LITTLE_ENDIAN)
              .asFloatBuffer();
      float[] decoded = new float[expected.remaining()];
      assertThat(format.bytes(decoded.length)).isEqualTo(stored.length);
      format.decode(MemorySegment.ofArray(stored), MemorySegment.ofArray(decoded), decoded.length);
      float[] wanted = new float[decoded.length];
      expected.get(wanted);
      assertThat(decoded).as(fields[0]).containsExactly(wanted);
      checked++;
    }
    assertThat(checked).isEqualTo(StoredFormat.values().length);
  }
}
