package org.align4j.models.checkpoint.hub;

import static com.google.common.base.Preconditions.checkArgument;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;
import org.align4j.core.file.AtomicFiles;
import org.align4j.core.file.BadFileException;
import org.align4j.core.file.JsonFiles;
import org.align4j.models.checkpoint.HuggingFaceFolder;

/**
 * Downloads a model from the Hugging Face hub, or a server that behaves like it, into a new folder.
 * What is there stays when it is interrupted, and the next call goes on from it; the folder appears
 * when every file has its size and its checksum. Proxies are those of the environment ({@code
 * HTTPS_PROXY}, {@code HTTP_PROXY}, {@code ALL_PROXY}, {@code NO_PROXY}); a hub that is busy is
 * asked again, a few times, after the pause that it asks for.
 */
public final class HubClient {

  /** The public hub. */
  public static final URI HUB = URI.create("https://huggingface.co");

  private static final Pattern REPOSITORY = Pattern.compile("[\\w.-]+/[\\w.-]+");
  private static final Pattern REVISION = Pattern.compile("[\\w./-]+");

  /** What {@link HuggingFaceFolder} reads: weights in no other format, nothing in subfolders. */
  private static final Pattern WANTED =
      Pattern.compile(
          "config\\.json|generation_config\\.json|tokenizer\\.(json|model)|tokenizer_config\\.json"
              + "|special_tokens_map\\.json|added_tokens\\.json|vocab\\.json|merges\\.txt"
              + "|chat_template\\.jinja|model[\\w.-]*\\.safetensors|model\\.safetensors\\.index\\.json");

  private final HubConnection connection;

  /** A client of the public hub, without a token. */
  public HubClient() {
    this(HUB, Optional.empty());
  }

  /**
   * A client.
   *
   * @param endpoint the hub's address
   * @param token for models that need one; it is sent to this host only
   */
  public HubClient(URI endpoint, Optional<String> token) {
    this(new HubRequests(endpoint, token, System.getenv(), Thread::sleep));
  }

  HubClient(HubRequests requests) {
    this.connection = new HubConnection(requests);
  }

  /**
   * Downloads a model in Hugging Face layout.
   *
   * @param repository {@code owner/name}
   * @param revision a branch, a tag or a commit; {@code main} usually
   * @param folder the new folder
   */
  public void download(String repository, String revision, Path folder) {
    checkArgument(
        REPOSITORY.matcher(repository).matches() && !repository.contains(".."),
        "model name is '%s': it should be owner/name",
        repository);
    checkArgument(
        REVISION.matcher(revision).matches() && !revision.contains(".."),
        "revision is '%s': it should be a branch, a tag or a commit",
        revision);
    AtomicFiles.checkAbsent(folder);
    Path absolute = folder.toAbsolutePath().normalize();
    try {
      JsonNode model =
          JsonFiles.parseObject(
              Path.of(repository + " on the hub"), connection.describe(repository, revision));
      String commit = model.path("sha").asText(revision);
      ImmutableList<String> files = wanted(model);
      if (!files.contains(HuggingFaceFolder.CONFIG)) {
        throw new BadFileException(
            folder,
            "%s has no %s: it is not a model in Hugging Face layout",
            repository,
            "config.json");
      }
      // Named by the commit: a partial download of another one is not resumed.
      Path partial = absolute.resolveSibling("." + absolute.getFileName() + "." + name(commit));
      Files.createDirectories(partial);
      for (String file : files) {
        connection.download(repository, commit, file, partial.resolve(file));
      }
      Files.deleteIfExists(absolute);
      Files.move(partial, absolute);
    } catch (HubFailure e) {
      throw new BadFileException(folder, String.valueOf(e.getMessage()), e);
    } catch (IOException e) {
      throw new BadFileException(
          folder,
          "the download of "
              + repository
              + " was interrupted ("
              + (e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage())
              + "): call it again, it goes on from there",
          e);
    }
  }

  private static ImmutableList<String> wanted(JsonNode model) {
    var files = ImmutableList.<String>builder();
    for (JsonNode sibling : model.path("siblings")) {
      String name = sibling.path("rfilename").asText();
      if (WANTED.matcher(name).matches()) {
        files.add(name);
      }
    }
    return files.build();
  }

  private static String name(String commit) {
    return commit.replaceAll("[^\\w]", "_") + ".partial";
  }
}
