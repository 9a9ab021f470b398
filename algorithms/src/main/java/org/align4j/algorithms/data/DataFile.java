package org.align4j.algorithms.data;

import static com.google.common.base.Preconditions.checkArgument;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * The bytes of a text file, to be read at any place: of a file as it is, of a compressed file or a
 * pipe from a temporary copy that goes away with this object. What cannot be JSON lines is called
 * what it is.
 */
final class DataFile implements AutoCloseable {

  private static final int HEAD = 512;

  private final Path file;
  private final FileChannel channel;

  private DataFile(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /**
   * Opens a file, a gzip file or a pipe.
   *
   * @throws IllegalArgumentException if there is none, or it is something else than text in UTF-8
   */
  static DataFile open(Path file) {
    checkArgument(Files.exists(file), "%s: there is no such file", file);
    checkArgument(!Files.isDirectory(file), "%s: it is not a file but a folder", file);
    checkArgument(Files.isReadable(file), "%s: it cannot be read: check its permissions", file);
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
      boolean compressed = isGzip(head(in));
      FileChannel channel =
          compressed || !Files.isRegularFile(file)
              ? copy(compressed ? new GZIPInputStream(in, 1 << 16) : in)
              : FileChannel.open(file);
      DataFile data = new DataFile(file, channel);
      try {
        data.checkKind();
      } catch (IllegalArgumentException e) {
        data.close();
        throw e;
      }
      return data;
    } catch (EOFException e) {
      throw new IllegalArgumentException(
          file + ": its compressed data end too early: fetch the file again", e);
    } catch (ZipException e) {
      throw new IllegalArgumentException(
          "%s: its compressed data are damaged (%s): fetch the file again"
              .formatted(file, e.getMessage()),
          e);
    } catch (IOException e) {
      throw new UncheckedIOException(file + ": it cannot be read", e);
    }
  }

  private static byte[] head(InputStream in) throws IOException {
    in.mark(HEAD);
    byte[] head = in.readNBytes(HEAD);
    in.reset();
    return head;
  }

  private static boolean isGzip(byte[] head) {
    return FileKind.startsWith(head, 0x1f, 0x8b);
  }

  private static FileChannel copy(InputStream in) throws IOException {
    Path temporary = Files.createTempFile("align4j-", ".jsonl");
    FileChannel channel =
        FileChannel.open(
            temporary,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.DELETE_ON_CLOSE);
    try {
      in.transferTo(Channels.newOutputStream(channel));
      return channel;
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  private void checkKind() throws IOException {
    ByteBuffer head = ByteBuffer.allocate(HEAD);
    while (head.hasRemaining() && channel.read(head, head.position()) >= 0) {}
    byte[] bytes = new byte[head.position()];
    head.flip().get(bytes);
    String complaint = FileKind.complaint(bytes, file.toString());
    checkArgument(complaint.isEmpty(), "%s: %s", file, complaint);
  }

  /** All of it, from the beginning. To be read once; not closed with this object. */
  InputStream stream() throws IOException {
    channel.position(0);
    return new BufferedInputStream(Channels.newInputStream(channel), 1 << 16);
  }

  /** Some of its bytes. */
  ByteBuffer read(long start, int length) {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    try {
      while (bytes.hasRemaining() && channel.read(bytes, start + bytes.position()) >= 0) {}
    } catch (IOException e) {
      throw new UncheckedIOException(file + ": it cannot be read", e);
    }
    return bytes.flip();
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
