package org.align4j.spark.link;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.align4j.core.kernel.memory.NativeFloats;

/** Floats of native memory on the wire, little-endian, block by block. Not for several threads. */
final class FloatStream {

  /** Floats of a block: it stays in a core's cache. */
  private static final int BLOCK = 1 << 16;

  private final byte[] bytes = new byte[Float.BYTES * BLOCK];
  private final float[] incoming = new float[BLOCK];
  private final float[] own = new float[BLOCK];

  void write(OutputStream out, NativeFloats floats) throws IOException {
    for (long from = 0; from < floats.length(); from += BLOCK) {
      int count = (int) Math.min(BLOCK, floats.length() - from);
      floats.slice(from, count).copyTo(own, 0, count);
      view().asFloatBuffer().put(own, 0, count);
      out.write(bytes, 0, Float.BYTES * count);
    }
    out.flush();
  }

  void read(DataInputStream in, NativeFloats floats) throws IOException {
    for (long from = 0; from < floats.length(); from += BLOCK) {
      int count = next(in, floats.length() - from);
      floats.slice(from, count).copyFrom(incoming, 0, count);
    }
  }

  /** Adds what comes to what is there. */
  void add(DataInputStream in, NativeFloats floats) throws IOException {
    for (long from = 0; from < floats.length(); from += BLOCK) {
      int count = next(in, floats.length() - from);
      NativeFloats target = floats.slice(from, count);
      target.copyTo(own, 0, count);
      for (int i = 0; i < count; i++) {
        own[i] += incoming[i];
      }
      target.copyFrom(own, 0, count);
    }
  }

  private int next(DataInputStream in, long left) throws IOException {
    int count = (int) Math.min(BLOCK, left);
    in.readFully(bytes, 0, Float.BYTES * count);
    view().asFloatBuffer().get(incoming, 0, count);
    return count;
  }

  private ByteBuffer view() {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
