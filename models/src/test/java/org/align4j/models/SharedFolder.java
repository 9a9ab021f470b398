package org.align4j.models;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The folder of large inputs beside the repository, which need not be there. */
public final class SharedFolder {

  private SharedFolder() {}

  /** A file or folder in it, where it is present. */
  public static Optional<Path> find(String name) {
    String shared = System.getProperty("align4j.shared");
    return Optional.ofNullable(shared)
        .map(folder -> Path.of(folder).normalize().resolve(name))
        .filter(Files::exists);
  }
}
