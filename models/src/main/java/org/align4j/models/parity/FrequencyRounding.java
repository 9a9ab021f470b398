package org.align4j.models.parity;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import org.align4j.core.file.JsonFiles;

/** What became of rotary frequencies when a model was moved to a type and widened again. */
enum FrequencyRounding {
  NONE("float32"),
  BFLOAT16("bfloat16"),
  FLOAT16("float16");

  private static final long LARGEST_JSON = 1 << 20;

  private final String typeName;

  FrequencyRounding(String typeName) {
    this.typeName = typeName;
  }

  /** By the {@code dtype} of {@code config.json}, formerly {@code torch_dtype}. */
  static FrequencyRounding ofCheckpoint(Path folder) {
    JsonNode config = JsonFiles.readObject(folder.resolve("config.json"), LARGEST_JSON);
    String type = config.path("dtype").asText(config.path("torch_dtype").asText(""));
    for (FrequencyRounding rounding : values()) {
      if (rounding.typeName.equals(type)) {
        return rounding;
      }
    }
    return NONE;
  }

  /** The type, as torch names it. */
  String typeName() {
    return typeName;
  }

  /** Rounds to the nearest value of the type, ties to even. */
  float[] round(float[] frequencies) {
    float[] rounded = new float[frequencies.length];
    for (int i = 0; i < rounded.length; i++) {
      rounded[i] =
          switch (this) {
            case NONE -> frequencies[i];
            case FLOAT16 -> Float.float16ToFloat(Float.floatToFloat16(frequencies[i]));
            case BFLOAT16 -> bfloat16(frequencies[i]);
          };
    }
    return rounded;
  }

  private static float bfloat16(float value) {
    int bits = Float.floatToRawIntBits(value);
    int tieToEven = 0x7FFF + ((bits >>> 16) & 1);
    return Float.intBitsToFloat((bits + tieToEven) & 0xFFFF0000);
  }
}
