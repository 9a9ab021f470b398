package org.align4j.core.file;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;

/**
 * A file or folder that could not be read or written. The message is one sentence for the user: the
 * whole path, why, and the remedy where there is one. The system's own messages name no file where
 * a write fails.
 */
public final class FileException extends UncheckedIOException {

  private static final long serialVersionUID = 1;

  /** Builds {@code <path>: <why>}. */
  public FileException(Path file, IOException cause) {
    super(file.toAbsolutePath().normalize() + ": " + reason(cause), cause);
  }

  /** One sentence about any failed read or write; it names a file where the system does. */
  public static String sentence(IOException failure) {
    return failure instanceof FileSystemException named && named.getFile() != null
        ? named.getFile() + ": " + reason(failure)
        : reason(failure);
  }

  private static String reason(IOException failure) {
    String said =
        failure instanceof FileSystemException named ? named.getReason() : failure.getMessage();
    if (said != null && said.contains("No space left")) {
      return "No space left on device: free some, or choose a folder on another disk";
    }
    if (said != null && said.contains("quota exceeded")) {
      return said + ": free some space, or choose another folder";
    }
    return switch (failure) {
      case NoSuchFileException e -> "there is no such file or folder";
      case AccessDeniedException e -> "permission denied: change its permissions or choose another";
      case FileAlreadyExistsException e -> "it exists already: choose another name";
      case NotDirectoryException e -> "it is not a folder";
      default -> said == null ? failure.getClass().getSimpleName() : said;
    };
  }
}
