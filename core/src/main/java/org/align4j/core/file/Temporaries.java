package org.align4j.core.file;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.LoggerFactory;

/**
 * Half-written files and folders: removed when they are done with, and when the program is ended.
 */
final class Temporaries {

  private static final Set<Path> OPEN = ConcurrentHashMap.newKeySet();

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(Temporaries::removeAll, "align4j-temporaries"));
  }

  private Temporaries() {}

  /** Remembers a file or folder about to be filled. */
  static void open(Path temporary) {
    OPEN.add(temporary);
  }

  /** Removes it where it was not moved to its place. */
  static void close(Path temporary) throws IOException {
    if (Files.exists(temporary)) {
      MoreFiles.deleteRecursively(temporary, RecursiveDeleteOption.ALLOW_INSECURE);
    }
    OPEN.remove(temporary);
  }

  /** At the end of the program, which Ctrl-C may have asked for in the middle of a file. */
  private static void removeAll() {
    for (Path temporary : OPEN) {
      try {
        close(temporary);
      } catch (IOException e) {
        LoggerFactory.getLogger(Temporaries.class).debug("{} stays behind", temporary, e);
      }
    }
  }
}
