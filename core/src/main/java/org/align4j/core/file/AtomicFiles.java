package org.align4j.core.file;

import static com.google.common.base.Preconditions.checkNotNull;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Files and folders that are there entirely or not at all: written under a temporary name beside
 * their place, forced to the disk, then renamed.
 */
public final class AtomicFiles {

  private AtomicFiles() {}

  /** Writes to the path it is given. */
  @FunctionalInterface
  public interface Filler {
    /** Fills the temporary file or folder. */
    void fill(Path temporary) throws IOException;
  }

  /** Writes a file; one that is there is replaced. */
  public static void write(Path target, Filler filler) {
    Path absolute = target.toAbsolutePath();
    Path parent = checkNotNull(absolute.getParent(), "%s is not a file", target);
    try {
      Files.createDirectories(parent);
      // Not createTempFile: its files are for their owner alone, and the move would keep that.
      Path temporary =
          Files.createFile(
              parent.resolve("." + absolute.getFileName() + UUID.randomUUID() + ".tmp"));
      Temporaries.open(temporary);
      try {
        filler.fill(temporary);
        force(temporary);
        Files.move(
            temporary,
            absolute,
            StandardCopyOption.ATOMIC_MOVE,
            StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Temporaries.close(temporary);
      }
      forceFolder(parent);
    } catch (IOException e) {
      throw new FileException(absolute, e);
    }
  }

  /** Writes text as UTF-8, half a surrogate pair as U+FFFD. */
  public static void writeString(Path target, String text) {
    write(target, file -> Files.writeString(file, WellFormedText.of(text), StandardCharsets.UTF_8));
  }

  /** Writes bytes. */
  public static void writeBytes(Path target, byte[] bytes) {
    write(target, file -> Files.write(file, bytes));
  }

  /**
   * Makes a folder with everything in it. One that is there, unless it is empty, is never touched.
   */
  public static void createFolder(Path target, Filler filler) {
    Path absolute = target.toAbsolutePath().normalize();
    Path parent = checkNotNull(absolute.getParent(), "%s is not a folder to write", target);
    checkAbsent(absolute);
    try {
      Files.createDirectories(parent);
      Path temporary = Files.createTempDirectory(parent, "." + absolute.getFileName() + ".tmp");
      Temporaries.open(temporary);
      try {
        filler.fill(temporary);
        forceTree(temporary);
        openToReaders(temporary);
        Files.move(temporary, absolute, StandardCopyOption.ATOMIC_MOVE);
      } catch (FileAlreadyExistsException | DirectoryNotEmptyException e) {
        throw new BadFileException(target, OCCUPIED, e);
      } finally {
        Temporaries.close(temporary);
      }
      forceFolder(parent);
    } catch (IOException e) {
      throw new FileException(absolute, e);
    } catch (UncheckedIOException e) {
      // The filler's: it names a file in the temporary folder.
      throw new FileException(absolute, checkNotNull(e.getCause()));
    }
  }

  /**
   * Puts a new folder in the place of one that may be there, which stays until the new one is
   * whole.
   *
   * @param writer makes the folder at the path it is given, whole or not at all; where it makes
   *     none, nothing changes
   */
  public static void replaceFolder(Path target, Consumer<Path> writer) {
    Path absolute = target.toAbsolutePath().normalize();
    Path fresh = absolute.resolveSibling("." + absolute.getFileName() + ".new");
    Path old = absolute.resolveSibling("." + absolute.getFileName() + ".old");
    try {
      remove(fresh);
      writer.accept(fresh);
      if (!Files.exists(fresh)) {
        return;
      }
      remove(old);
      if (Files.exists(absolute)) {
        Files.move(absolute, old, StandardCopyOption.ATOMIC_MOVE);
      }
      Files.move(fresh, absolute, StandardCopyOption.ATOMIC_MOVE);
      remove(old);
    } catch (IOException e) {
      throw new FileException(absolute, e);
    }
  }

  /** Removes a file, or a folder with all that is in it, where there is one. */
  public static void remove(Path path) {
    try {
      if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
        MoreFiles.deleteRecursively(path, RecursiveDeleteOption.ALLOW_INSECURE);
      }
    } catch (IOException e) {
      throw new FileException(path, e);
    }
  }

  /**
   * Removes what a killed process left half-written or half-removed in a folder: hidden entries.
   */
  public static void removeLeftovers(Path folder, Set<String> kept) {
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (Stream<Path> entries = Files.list(folder)) {
      entries
          .filter(entry -> entry.getFileName().toString().startsWith("."))
          .filter(entry -> !kept.contains(entry.getFileName().toString()))
          .forEach(AtomicFiles::remove);
    } catch (IOException e) {
      throw new FileException(folder, e);
    }
  }

  private static final String OCCUPIED =
      "exists already and is never overwritten: give a new folder";

  /** Refuses a place where {@link #createFolder} could not put a folder. */
  public static void checkAbsent(Path folder) {
    if (!Files.exists(folder)) {
      return;
    }
    if (Files.isDirectory(folder)) {
      try (Stream<Path> entries = Files.list(folder)) {
        if (entries.findAny().isEmpty()) {
          return;
        }
      } catch (IOException e) {
        throw new FileException(folder, e);
      }
    }
    throw new BadFileException(folder, OCCUPIED);
  }

  private static void forceTree(Path folder) throws IOException {
    List<Path> entries;
    try (Stream<Path> walk = Files.walk(folder)) {
      entries = walk.toList();
    }
    for (Path entry : entries) {
      if (Files.isRegularFile(entry)) {
        force(entry);
      }
    }
    forceFolder(folder);
  }

  /** Temporary folders are made for the owner alone; the finished one is as readable as others. */
  private static void openToReaders(Path folder) throws IOException {
    Path plain = folder.resolveSibling(folder.getFileName() + ".mode");
    Files.createDirectory(plain);
    try {
      if (Files.getFileStore(folder).supportsFileAttributeView("posix")) {
        Files.setPosixFilePermissions(folder, Files.getPosixFilePermissions(plain));
      }
    } finally {
      Files.delete(plain);
    }
  }

  private static void force(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
  }

  /** Makes a rename durable, where the system lets a folder be opened. */
  private static void forceFolder(Path folder) {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      // Not every system opens folders; the rename itself has happened.
    }
  }
}
