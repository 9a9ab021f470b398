package org.align4j.core.file;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file mapped for reading, of any size. Several threads may read it; nothing of it is valid after
 * {@link #close}.
 */
public final class MappedFile implements AutoCloseable {

  private final Path path;
  private final Arena arena;
  private final MemorySegment bytes;

  private MappedFile(Path path, Arena arena, MemorySegment bytes) {
    this.path = path;
    this.arena = arena;
    this.bytes = bytes;
  }

  /** Maps the whole file. */
  public static MappedFile open(Path path) {
    if (Files.isDirectory(path)) {
      throw new BadFileException(path, "is a folder, not a file");
    }
    Arena arena = Arena.ofShared();
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      return new MappedFile(
          path, arena, channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena));
    } catch (NoSuchFileException e) {
      arena.close();
      throw new BadFileException(path, "there is no such file (" + path + ")", e);
    } catch (IOException e) {
      arena.close();
      throw new FileException(path, e);
    }
  }

  /** Where the file is. */
  public Path path() {
    return path;
  }

  /** Length in bytes. */
  public long size() {
    return bytes.byteSize();
  }

  /**
   * A part of the file.
   *
   * @param what names the part in the message when the file is too short for it
   */
  public MemorySegment slice(long offset, long length, String what) {
    if (offset < 0 || length < 0 || offset > size() || length > size() - offset) {
      throw new BadFileException(
          path,
          "%s is said to be %s bytes at offset %s, the file has %s bytes: it is damaged or cut"
              + " short; fetch it again",
          what,
          Long.toUnsignedString(length),
          Long.toUnsignedString(offset),
          size());
    }
    return bytes.asSlice(offset, length);
  }

  @Override
  public void close() {
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }
}
