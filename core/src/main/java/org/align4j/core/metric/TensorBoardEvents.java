package org.align4j.core.metric;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.align4j.core.file.AtomicFiles;
import org.align4j.core.file.FileException;

/**
 * Scalars as TensorBoard reads them: a file {@code events.out.tfevents.*} of TFRecords, each an
 * {@code Event} of {@code event.proto} with simple values.
 */
public final class TensorBoardEvents implements MetricSink {

  private static final String PREFIX = "events.out.tfevents.";
  private static final int CRC_MASK = 0xa282ead8;

  /** Bytes of a record beside its data: length, its checksum, the data's checksum. */
  private static final int RECORD_OVERHEAD = Long.BYTES + 2 * Integer.BYTES;

  private final Path file;
  private final FileChannel channel;
  private final OutputStream out;
  private final InstantSource clock;

  private TensorBoardEvents(Path file, FileChannel channel, InstantSource clock) {
    this.file = file;
    this.channel = channel;
    this.out = new BufferedOutputStream(Channels.newOutputStream(channel));
    this.clock = clock;
  }

  /**
   * A new event file in this folder; TensorBoard reads all of a folder's files in order of name.
   */
  public static TensorBoardEvents create(Path folder, InstantSource clock) {
    long second = clock.instant().getEpochSecond();
    while (Files.exists(folder.resolve(name(second)))) {
      second++;
    }
    Path file = folder.resolve(name(second));
    try {
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
      TensorBoardEvents events = new TensorBoardEvents(file, channel, clock);
      Message version = new Message();
      version.fixed64(1, Double.doubleToRawLongBits(events.now()));
      version.bytes(3, "brain.Event:2".getBytes(StandardCharsets.UTF_8));
      events.write(version.toByteArray());
      return events;
    } catch (IOException e) {
      throw new FileException(file, e);
    }
  }

  private static String name(long second) {
    return PREFIX + second + ".align4j";
  }

  /**
   * Cuts the event files of a folder back to the steps up to this one, and what a broken end left
   * behind. A file of which nothing is left is removed.
   */
  public static void cutBack(Path folder, long step) {
    List<Path> files;
    try (Stream<Path> entries = Files.list(folder)) {
      files = entries.filter(f -> f.getFileName().toString().startsWith(PREFIX)).sorted().toList();
    } catch (IOException e) {
      throw new FileException(folder, e);
    }
    for (Path file : files) {
      try {
        byte[] kept = kept(Files.readAllBytes(file), step);
        if (kept.length == 0) {
          Files.delete(file);
        } else {
          AtomicFiles.writeBytes(file, kept);
        }
      } catch (IOException e) {
        throw new FileException(file, e);
      }
    }
  }

  /** The whole records of steps up to this one. */
  private static byte[] kept(byte[] bytes, long step) {
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int end = 0;
    while (in.remaining() >= RECORD_OVERHEAD) {
      long length = in.getLong();
      if (length < 0 || length > in.remaining() - (RECORD_OVERHEAD - Long.BYTES)) {
        break;
      }
      ByteBuffer event = in.slice(in.position() + Integer.BYTES, (int) length);
      in.position(in.position() + (int) length + 2 * Integer.BYTES);
      // Zeros at the end, as a power failure leaves them, are no records: their checksums are
      // wrong.
      boolean whole =
          in.getInt(in.position() - Integer.BYTES)
              == checksum(bytes, in.position() - Integer.BYTES - (int) length, (int) length);
      if (!whole || step(event) > step) {
        break;
      }
      end = in.position();
    }
    return Arrays.copyOf(bytes, end);
  }

  /** Field 2 of an event that this class wrote; 0 where it has none. */
  private static long step(ByteBuffer event) {
    int afterTime = 1 + Long.BYTES;
    if (event.remaining() <= afterTime || event.get(afterTime) != 2 << 3) {
      return 0;
    }
    long step = 0;
    int shift = 0;
    for (int at = afterTime + 1; at < event.limit(); at++) {
      step |= (event.get(at) & 0x7fL) << shift;
      shift += 7;
      if (event.get(at) >= 0) {
        break;
      }
    }
    return step;
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
  public void force() {
    try {
      channel.force(false);
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
    out.write(littleEndian(checksum(length, 0, length.length)));
    out.write(data);
    out.write(littleEndian(checksum(data, 0, data.length)));
    out.flush();
  }

  private static int checksum(byte[] data, int offset, int length) {
    CRC32C crc = new CRC32C();
    crc.update(data, offset, length);
    return Integer.rotateRight((int) crc.getValue(), 15) + CRC_MASK;
  }

  private static byte[] littleEndian(int value) {
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
        out.write((int) ((rest & 0x7f) | 0x80));
        rest >>>= 7;
      }
      out.write((int) rest);
    }

    byte[] toByteArray() {
      return out.toByteArray();
    }
  }
}
