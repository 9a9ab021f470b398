package org.align4j.models.checkpoint;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.align4j.core.file.AtomicFiles;
import org.align4j.core.file.JsonFiles;
import org.align4j.core.tensor.Parameters;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Writes parameters as one safetensors file in F32, straight from their memory. */
public final class SafetensorsWriter {

  private static final long CHUNK = 1 << 24;

  private SafetensorsWriter() {}

  /** Writes a file, atomically; one that is there is replaced. */
  public static void write(Path target, Parameters parameters) {
    AtomicFiles.write(target, temporary -> writeTo(temporary, parameters));
  }

  /** Writes a file in place. */
  public static void writeTo(Path file, Parameters parameters) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      writeFully(channel, header(parameters));
      for (String name : parameters.names()) {
        writeTensor(channel, parameters.get(name));
      }
    }
  }

  private static ByteBuffer header(Parameters parameters) throws IOException {
    ObjectNode header = JsonNodeFactory.instance.objectNode();
    // transformers refuses files that do not say so.
    header.putObject("__metadata__").put("format", "pt");
    long begin = 0;
    for (String name : parameters.names()) {
      INDArray array = parameters.get(name);
      ObjectNode entry = header.putObject(name).put("dtype", "F32");
      var shape = entry.putArray("shape");
      Arrays.stream(array.shape()).forEach(shape::add);
      long end = begin + 4 * array.length();
      entry.putArray("data_offsets").add(begin).add(end);
      begin = end;
    }
    String json = JsonFiles.mapper().writeValueAsString(header);
    byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
    // Spaces up to a multiple of 8, so that the tensors are aligned.
    int length = (bytes.length + 7) / 8 * 8;
    ByteBuffer buffer = ByteBuffer.allocate(8 + length).order(ByteOrder.LITTLE_ENDIAN);
    Arrays.fill(buffer.array(), (byte) ' ');
    return buffer.putLong(length).put(bytes).rewind();
  }

  private static void writeTensor(FileChannel channel, INDArray array) throws IOException {
    INDArray floats = array.dataType() == DataType.FLOAT ? array : array.castTo(DataType.FLOAT);
    MemorySegment memory = StoredTensor.memory(floats);
    for (long done = 0; done < memory.byteSize(); done += CHUNK) {
      long count = Math.min(CHUNK, memory.byteSize() - done);
      writeFully(channel, memory.asSlice(done, count).asByteBuffer());
    }
    if (floats != array) {
      floats.close();
    }
  }

  private static void writeFully(FileChannel channel, ByteBuffer buffer) throws IOException {
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
  }
}
