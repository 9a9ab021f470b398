package org.align4j.bench.reproduce.study;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.align4j.algorithms.run.folder.RunDescription;
import org.align4j.core.file.JsonFiles;

/** What run folders and result files say of the code and the machine. */
final class Environment {

  private Environment() {}

  /** Versions of what runs, for {@code run.json}. */
  static ObjectNode versions() {
    ObjectNode versions = RunDescription.versions();
    String commit = commit();
    if (!commit.isEmpty()) {
      versions.put("commit", commit);
    }
    return versions;
  }

  /** What the description of a run says of code and machine. */
  static ObjectNode of(JsonNode run) {
    ObjectNode node = JsonFiles.mapper().createObjectNode();
    node.set("versions", run.path("versions"));
    node.set("machine", run.path("machine"));
    return node;
  }

  /** The commit of the checkout that the program was built in; empty where there is none. */
  private static String commit() {
    try {
      Path code =
          Path.of(Environment.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      Process git =
          new ProcessBuilder("git", "rev-parse", "HEAD")
              .directory(code.toAbsolutePath().resolveSibling(".").toFile())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String answer =
          new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      return git.waitFor() == 0 ? answer : "";
    } catch (IOException | URISyntaxException e) {
      return "";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "";
    }
  }
}
