package org.align4j.models.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.align4j.core.file.BadFileException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SafetensorsTest {

  @TempDir Path folder;

  /** 1.5 and -2 in each type, as IEEE 754 has them. */
  @Test
  void halfAndBrainFloatsAreWidened() throws IOException {
    byte[] data = {
      0,
      0,
      (byte) 0xC0,
      0x3F,
      0,
      0,
      0,
      (byte) 0xC0,
      0,
      0x3E,
      0,
      (byte) 0xC0,
      (byte) 0xC0,
      0x3F,
      0,
      (byte) 0xC0
    };
    Path file =
        write(
            "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
                + "\"b\":{\"dtype\":\"F16\",\"shape\":[1,2],\"data_offsets\":[8,12]},"
                + "\"c\":{\"dtype\":\"BF16\",\"shape\":[2,1],\"data_offsets\":[12,16]}}",
            data);
    try (Safetensors tensors = Safetensors.open(file)) {
      assertThat(tensors.names()).containsExactly("a", "b", "c");
      for (String name : tensors.names()) {
        assertThat(tensors.load(name).data().asFloat()).as(name).containsExactly(1.5f, -2);
      }
      assertThat(tensors.shape("b")).containsExactly(1, 2);
    }
  }

  @Test
  void damageIsNamed() throws IOException {
    String two =
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
            + "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[%d,%d]}}";
    assertRefused("tensor b begins at 4, a ends at 8", two.formatted(4, 8), 8);
    assertRefused("tensor b begins at 12, a ends at 8", two.formatted(12, 16), 16);
    assertRefused("tensor b is said to lie at [8, 12) of 10 bytes", two.formatted(8, 12), 10);
    assertRefused("its tensors end at 12 of 13 bytes", two.formatted(8, 12), 13);
    assertRefused("Duplicate field", two.formatted(8, 12).replace("\"b\"", "\"a\""), 12);
    assertRefused(
        "[1] of F64, 8 bytes, but has 4",
        two.formatted(8, 12).replace("\"F32\",\"shape\":[1]", "\"F64\",\"shape\":[1]"),
        12);
    assertRefused(
        "impossibly large", two.formatted(8, 12).replace("[1]", "[9000000000,9000000000,9]"), 12);
    assertRefused("is not JSON", "{\"a\":", 0);
    assertRefused("no dtype, shape and data_offsets", "{\"a\":1}", 0);
    Files.write(folder.resolve("model.safetensors"), new byte[] {-1, -1, -1, -1, -1, -1, -1, -1});
    assertThatThrownBy(() -> Safetensors.open(folder.resolve("model.safetensors")))
        .isInstanceOf(BadFileException.class)
        .hasMessageContaining("its header is said to have 18446744073709551615 bytes");
  }

  private void assertRefused(String message, String header, int bytes) throws IOException {
    Path file = write(header, new byte[bytes]);
    assertThatThrownBy(() -> Safetensors.open(file).close())
        .isInstanceOf(BadFileException.class)
        .hasMessageStartingWith("model.safetensors: ")
        .hasMessageContaining(message);
  }

  private Path write(String header, byte[] data) throws IOException {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes =
        ByteBuffer.allocate(8 + json.length + data.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(json.length).put(json).put(data);
    return Files.write(folder.resolve("model.safetensors"), bytes.array());
  }
}
