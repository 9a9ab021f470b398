package org.align4j.models.text.chat;

import static com.google.common.base.Preconditions.checkArgument;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.align4j.core.file.AtomicFiles;
import org.align4j.core.file.BadFileException;
import org.align4j.core.file.FileException;
import org.align4j.core.file.JsonFiles;
import org.align4j.models.text.TokenizerFiles;

/** Where a Hugging Face folder has its chat templates. */
final class ChatTemplateFiles {

  private static final String MORE = "additional_chat_templates";
  private static final String SUFFIX = ".jinja";

  private ChatTemplateFiles() {}

  /** Templates by name, perhaps none; files stand above the tokenizer's configuration. */
  static ImmutableMap<String, String> read(Path folder) {
    Map<String, String> found = new LinkedHashMap<>();
    Path single = folder.resolve(ChatTemplate.FILE);
    if (Files.exists(single)) {
      found.put(ChatTemplate.DEFAULT, text(single));
    }
    for (Path file : more(folder.resolve(MORE))) {
      String name = String.valueOf(file.getFileName());
      found.put(name.substring(0, name.length() - SUFFIX.length()), text(file));
    }
    return found.isEmpty() ? configured(folder) : ImmutableMap.copyOf(found);
  }

  private static List<Path> more(Path folder) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(SUFFIX)).sorted().toList();
    } catch (IOException e) {
      throw new FileException(folder, e);
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (CharacterCodingException e) {
      throw new BadFileException(file, "is not UTF-8", e);
    } catch (IOException e) {
      throw new FileException(file, e);
    }
  }

  private static ImmutableMap<String, String> configured(Path folder) {
    Path config = folder.resolve(TokenizerFiles.CONFIG);
    if (!Files.exists(config)) {
      return ImmutableMap.of();
    }
    JsonNode node = JsonFiles.readObject(config, TokenizerFiles.LARGEST).path("chat_template");
    if (node.isTextual()) {
      return ImmutableMap.of(ChatTemplate.DEFAULT, node.textValue());
    }
    Map<String, String> found = new LinkedHashMap<>();
    for (JsonNode named : node) {
      if (named.path("name").isTextual() && named.path("template").isTextual()) {
        found.put(named.get("name").textValue(), named.get("template").textValue());
      }
    }
    return ImmutableMap.copyOf(found);
  }

  static void write(Path folder, ImmutableMap<String, String> sources) {
    sources.forEach((name, source) -> {
      if (name.equals(ChatTemplate.DEFAULT)) {
        AtomicFiles.writeString(folder.resolve(ChatTemplate.FILE), source);
        return;
      }
      Path others = folder.resolve(MORE);
      Path file = others.resolve(name + SUFFIX).normalize();
      checkArgument(
          others.normalize().equals(file.getParent()), "chat template %s: bad name", name);
      try {
        Files.createDirectories(others);
      } catch (IOException e) {
        throw new FileException(folder, e);
      }
      AtomicFiles.writeString(file, source);
    });
  }
}
