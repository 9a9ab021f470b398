package org.align4j.core.metric;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.Map;
import java.util.zip.CRC32C;
import org.align4j.core.file.FileException;

/**
 * Scalars as TensorBoard reads them: a file {@code events.out.tfevents.*} of TFRecords, each an
 * {@code Event} of {@code event.proto} with simple values.
 */
public final class TensorBoardEvents implements MetricSink {

  private static final int CRC_MASK = 0xa282ead8;

  private final Path file;
  private final OutputStream out;
  private final InstantSource clock;

  private TensorBoardEvents(Path file, OutputStream out, InstantSource clock) {
    this.file = file;
    this.out = out;
    this.clock = clock;
  }

  /** A new event file in this folder. */
  public static TensorBoardEvents create(Path folder, InstantSource clock) {
    Path file =
        folder.resolve("events.out.tfevents." + clock.instant().getEpochSecond() + ".align4j");
    try {
      var out =
          new BufferedOutputStream(Files.newOutputStream(file, StandardOpenOption.CREATE_NEW));
      TensorBoardEvents events = new TensorBoardEvents(file, out, clock);
      Message version = new Message();
      version.fixed64(1, Double.doubleToRawLongBits(events.now()));
      version.bytes(3, "brain.Event:2".getBytes(StandardCharsets.UTF_8));
      events.write(version.toByteArray());
      return events;
    } catch (IOException e) {
      throw new FileException(file, e);
    }
  }

  @Override
  public void record(long step, Map<String, Double> values) {
    Message summary = new Message();
    values.forEach((tag, number) -> {
      Message value = new Message();
      value.bytes(1, tag.getBytes(StandardCharsets.UTF_8));
      value.fixed32(2, Float.floatToRawIntBits(number.floatValue()));
      summary.bytes(1, value.toByteArray());
    });
    Message event = new Message();
    event.fixed64(1, Double.doubleToRawLongBits(now()));
    event.varint(2, step);
    event.bytes(5, summary.toByteArray());
    try {
      write(event.toByteArray());
    } catch (IOException e) {
      throw new FileException(file, e);
    }
  }

  @Override
  public void close() {
    try {
      out.close();
    } catch (IOException e) {
      throw new FileException(file, e);
    }
  }

  private double now() {
    return clock.millis() / 1000.0;
  }

  /** A TFRecord: length, its checksum, data, its checksum; little-endian. */
  private void write(byte[] data) throws IOException {
    byte[] length =
        ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(data.length).array();
    out.write(length);
    out.write(checksum(length));
    out.write(data);
    out.write(checksum(data));
    out.flush();
  }

  private static byte[] checksum(byte[] data) {
    CRC32C crc = new CRC32C();
    crc.update(data);
    int value = Integer.rotateRight((int) crc.getValue(), 15) + CRC_MASK;
    return ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array();
  }

  /** The four wire types of protocol buffers that are needed. */
  private static final class Message {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    void varint(int field, long value) {
      raw((long) field << 3);
      raw(value);
    }

    void fixed64(int field, long bits) {
      raw((long) field << 3 | 1);
      out.writeBytes(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(bits).array());
    }

    void bytes(int field, byte[] value) {
      raw((long) field << 3 | 2);
      raw(value.length);
      out.writeBytes(value);
    }

    void fixed32(int field, int bits) {
      raw((long) field << 3 | 5);
      out.writeBytes(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(bits).array());
    }

    private void raw(long value) {
      long rest = value;
      while ((rest & ~0x7fL) != 0) {
        out.write((int) (rest & 0x7f | 0x80));
        rest >>>= 7;
      }
      out.write((int) rest);
    }

    byte[] toByteArray() {
      return out.toByteArray();
    }
  }
}
