package org.align4j.models.parity;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.align4j.core.engine.Engine;
import org.align4j.core.file.FileException;
import org.align4j.models.policy.Policy;

/**
 * Compares Align4J with what other implementations computed. Folders are searched downwards: one
 * with {@code case.json} is a parity case, one with {@code reference.jsonl}, {@code
 * tokenizer.jsonl} or {@code chat.jsonl} holds answers of a model, one check a line.
 */
public final class Parity {

  private Parity() {}

  /** All checks found in a folder and below it, in the order of their paths. */
  public static ImmutableList<ParityResult> run(Path folder, Engine engine, Optional<Path> model) {
    var results = ImmutableList.<ParityResult>builder();
    run(List.of(folder), engine, model, results::add);
    return results.build();
  }

  /**
   * Runs all checks found in folders and below them; {@code listener} hears each as it is done.
   * What is to be checked is looked for before any work.
   *
   * @param model Hugging Face folder or GGUF file that answers of a model are compared with
   */
  public static void run(
      List<Path> folders, Engine engine, Optional<Path> model, Consumer<ParityResult> listener) {
    var cases = ImmutableList.<Path>builder();
    var references = ImmutableList.<Path>builder();
    for (Path folder : folders) {
      ImmutableList<Path> below = foldersBelow(folder);
      List<Path> casesBelow = below.stream().filter(Parity::isCase).toList();
      List<Path> referencesBelow = below.stream().filter(ReferenceCheck::isReference).toList();
      checkArgument(
          !casesBelow.isEmpty() || !referencesBelow.isEmpty(),
          "%s: nothing to compare with; a folder with case.json, or with reference.jsonl,"
              + " tokenizer.jsonl and chat.jsonl is needed",
          folder);
      checkArgument(
          referencesBelow.isEmpty() || model.isPresent(),
          "%s: holds answers of a model and no model is given: name its folder or GGUF file",
          referencesBelow.isEmpty() ? folder : referencesBelow.get(0));
      cases.addAll(casesBelow);
      references.addAll(referencesBelow);
    }
    for (Path folder : cases.build()) {
      listener.accept(ParityCase.run(folder, engine));
    }
    if (model.isPresent() && !references.build().isEmpty()) {
      try (Policy policy = Policy.load(model.get(), engine)) {
        for (Path folder : references.build()) {
          new ReferenceCheck(policy, listener).run(folder);
        }
      }
    }
  }

  private static boolean isCase(Path folder) {
    return Files.isRegularFile(folder.resolve("case.json"));
  }

  private static ImmutableList<Path> foldersBelow(Path folder) {
    checkArgument(Files.isDirectory(folder), "%s: there is no such folder", folder);
    try (Stream<Path> below = Files.walk(folder)) {
      return below.filter(Files::isDirectory).sorted().collect(ImmutableList.toImmutableList());
    } catch (IOException e) {
      throw new FileException(folder, e);
    }
  }
}
