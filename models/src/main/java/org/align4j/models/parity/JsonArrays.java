package org.align4j.models.parity;

import com.fasterxml.jackson.databind.JsonNode;

/** Arrays out of JSON. */
final class JsonArrays {

  private JsonArrays() {}

  static int[] ints(JsonNode array) {
    int[] values = new int[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.get(i).asInt();
    }
    return values;
  }

  static float[] floats(JsonNode array) {
    float[] values = new float[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) array.get(i).asDouble();
    }
    return values;
  }
}
