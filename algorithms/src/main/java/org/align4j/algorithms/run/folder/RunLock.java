package org.align4j.algorithms.run.folder;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;
import org.align4j.core.file.FileException;
import org.jspecify.annotations.Nullable;

/**
 * Keeps two processes from writing one run folder. The system releases it when the process ends,
 * however it does; the empty file stays.
 */
final class RunLock implements AutoCloseable {

  static final String NAME = ".lock";

  private final FileChannel channel;

  private RunLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Takes the lock of a folder.
   *
   * @throws IllegalArgumentException where another process has it
   */
  static RunLock take(Path folder) {
    Path file = folder.resolve(NAME);
    try {
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
      if (!isFree(channel)) {
        channel.close();
        throw new IllegalArgumentException(
            "%s is being written by another process: wait until that has ended, or give another folder"
                .formatted(folder));
      }
      return new RunLock(channel);
    } catch (IOException e) {
      throw new FileException(file, e);
    }
  }

  private static boolean isFree(FileChannel channel) {
    try {
      @Nullable FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false;
    } catch (IOException e) {
      // A file system without locks: better a run without one than no run.
      return true;
    }
  }

  /** Whether a folder has nothing in it but what is hidden, such as a lock. */
  static boolean isAlone(Path folder) {
    if (!Files.isDirectory(folder)) {
      return false;
    }
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.allMatch(entry -> entry.getFileName().toString().startsWith("."));
    } catch (IOException e) {
      throw new FileException(folder, e);
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new IllegalStateException("the lock of a run cannot be released", e);
    }
  }
}
