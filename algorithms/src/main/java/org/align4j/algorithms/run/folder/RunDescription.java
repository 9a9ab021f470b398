package org.align4j.algorithms.run.folder;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.align4j.core.file.JsonFiles;

/** Collects what {@code run.json} says of the machine, the code and the inputs of a run. */
public final class RunDescription {

  /** Version of this code. */
  public static final String ALIGN4J = "0.1.0";

  private RunDescription() {}

  /**
   * Adds versions, machine and inputs, each with its SHA-256.
   *
   * @param model what the run starts from; empty for the embedded one
   * @param data files that it reads
   */
  public static void complete(ObjectNode node, Optional<Path> model, List<Path> data) {
    node.set("versions", versions());
    node.set("machine", machine());
    node.setAll(inputs(model, data));
  }

  /** Versions of the code and of what runs it. */
  public static ObjectNode versions() {
    ObjectNode node = JsonFiles.mapper().createObjectNode();
    node.put("align4j", ALIGN4J);
    node.put("jdk", Runtime.version().toString());
    node.put("jvm", System.getProperty("java.vm.name"));
    return node;
  }

  /** Processor, cores and memory. */
  public static ObjectNode machine() {
    ObjectNode node = JsonFiles.mapper().createObjectNode();
    node.put("processor", processor());
    node.put("cores", Runtime.getRuntime().availableProcessors());
    node.put("system", System.getProperty("os.name") + " " + System.getProperty("os.version"));
    return node;
  }

  /** What a run reads: its model, where it is not the embedded one, and data, with SHA-256. */
  public static ObjectNode inputs(Optional<Path> model, List<Path> data) {
    ObjectNode node = JsonFiles.mapper().createObjectNode();
    model.ifPresent(path -> node.set("model", file(path)));
    node.set("data", files(data));
    return node;
  }

  /** A file or folder with its SHA-256. */
  private static ObjectNode file(Path path) {
    ObjectNode node = JsonFiles.mapper().createObjectNode();
    node.put("path", path.toAbsolutePath().normalize().toString());
    node.put("sha256", FileHashes.sha256(path));
    return node;
  }

  /** Several files with their SHA-256. */
  private static ArrayNode files(List<Path> paths) {
    ArrayNode node = JsonFiles.mapper().createArrayNode();
    paths.forEach(path -> node.add(file(path)));
    return node;
  }

  /** The processor's name as Linux has it, else the architecture. */
  private static String processor() {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/cpuinfo"))) {
        if (line.startsWith("model name")) {
          return line.substring(line.indexOf(':') + 1).strip();
        }
      }
    } catch (IOException e) {
      // Not Linux.
    }
    return System.getProperty("os.arch");
  }
}
