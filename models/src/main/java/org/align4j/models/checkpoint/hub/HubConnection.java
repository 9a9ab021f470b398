package org.align4j.models.checkpoint.hub;

import com.google.common.hash.HashFunction;
import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import org.align4j.core.file.BadFileException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a model of a hub is, and its files: resumed and checked downloads. */
final class HubConnection {

  private static final Logger LOG = LoggerFactory.getLogger(HubConnection.class);

  /** What the hub says of a file before giving it out. */
  private record RemoteFile(long size, String etag, boolean large) {

    /** Large files are named by their SHA-256, the others by git's SHA-1 of size and content. */
    boolean matches(Path file) throws IOException {
      if (!etag.matches("[0-9a-f]{40}|[0-9a-f]{64}")) {
        // Another server's own mark: the size is all there is to check.
        return Files.size(file) == size;
      }
      HashFunction function = large ? Hashing.sha256() : gitHash();
      Hasher hasher = function.newHasher();
      if (!large) {
        hasher.putString("blob " + Files.size(file) + "\0", StandardCharsets.US_ASCII);
      }
      byte[] buffer = new byte[1 << 16];
      try (InputStream in = Files.newInputStream(file)) {
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
          hasher.putBytes(buffer, 0, read);
        }
      }
      return hasher.hash().toString().equals(etag);
    }

    @SuppressWarnings("deprecation") // git's own hash: a checksum here, not a protection
    private static HashFunction gitHash() {
      return Hashing.sha1();
    }
  }

  private final HubRequests requests;

  HubConnection(HubRequests requests) {
    this.requests = requests;
  }

  /** The JSON that describes a model. */
  byte[] describe(String repository, String revision) throws IOException {
    HttpResponse<InputStream> answer =
        requests.get("api/models/" + repository + "/revision/" + revision, 0);
    try (InputStream body = answer.body()) {
      if (answer.statusCode() != 200) {
        throw refused(answer, repository, "revision " + revision);
      }
      return body.readAllBytes();
    }
  }

  /** What an answer other than the content means, by its number and the hub's own code. */
  private HubFailure refused(HttpResponse<?> answer, String repository, String what) {
    int status = answer.statusCode();
    String code = answer.headers().firstValue("x-error-code").orElse("");
    boolean token = requests.hasToken();
    if (code.equals("GatedRepo")) {
      return new HubFailure(
          "%s is gated: accept its licence on its page (%s) and pass a token%s"
              .formatted(
                  repository,
                  requests.page(repository),
                  token ? " of the account that did (this one is not allowed)" : ""));
    }
    return new HubFailure(
        switch (status) {
          case 401 ->
              token
                  ? "the hub does not give out %s with this token: the name is wrong, or the token is, or has no access"
                      .formatted(repository)
                  : "the hub does not give out %s: it does not exist, or is private and needs a token with access"
                      .formatted(repository);
          case 403 ->
              "the hub denies access to %s%s: pass a token that has it"
                  .formatted(repository, said(answer));
          case 404 -> "the hub has no %s at %s".formatted(repository, what);
          case 429 ->
              "the hub answers 429 (too many requests)%s: wait%s and call it again, it goes on from there; a token allows more"
                  .formatted(
                      said(answer),
                      HubRequests.wanted(answer.headers())
                          .map(time -> " %s s".formatted(time.toSeconds()))
                          .orElse(" some minutes"));
          default ->
              status >= 500
                  ? "the hub has trouble (it answered %s after %s tries)%s: call it again later, it goes on from there"
                      .formatted(status, HubRequests.ATTEMPTS, said(answer))
                  : "the hub answered %s for %s%s".formatted(status, repository, said(answer));
        });
  }

  private static String said(HttpResponse<?> answer) {
    return answer
        .headers()
        .firstValue("x-error-message")
        .map(text -> " (" + BadFileException.quote(text) + ")")
        .orElse("");
  }

  /**
   * Downloads a file of a model; one that is there and right is left as it is.
   *
   * @param commit what the model's files are named by
   */
  void download(String repository, String commit, String file, Path target) throws IOException {
    String path = repository + "/resolve/" + commit + "/" + file;
    RemoteFile facts = facts(path, repository, file);
    if (Files.exists(target) && Files.size(target) == facts.size() && facts.matches(target)) {
      return;
    }
    Path partial = target.resolveSibling(target.getFileName() + ".partial");
    for (int attempt = 1; ; attempt++) {
      long before = size(partial);
      try {
        fetch(path, repository, file, partial, facts);
        break;
      } catch (HubFailure e) {
        throw e;
      } catch (IOException e) {
        if (attempt == HubRequests.ATTEMPTS) {
          throw e;
        }
        LOG.info("{}: {}; trying again", path, e.getMessage());
        if (size(partial) == before) {
          requests.pause(Duration.ofSeconds(1L << attempt));
        }
      }
    }
    if (!facts.matches(partial)) {
      Files.delete(partial);
      throw new BadFileException(
          target, "came with another checksum than the hub's (%s): fetch it again", facts.etag());
    }
    Files.move(partial, target);
  }

  private static long size(Path file) throws IOException {
    return Files.exists(file) ? Files.size(file) : 0;
  }

  private RemoteFile facts(String path, String repository, String file) throws IOException {
    HttpResponse<InputStream> answer = requests.head(path);
    answer.body().close();
    if (answer.statusCode() >= 400) {
      throw refused(answer, repository, file);
    }
    HttpHeaders headers = answer.headers();
    Optional<String> linked = headers.firstValue("x-linked-etag");
    OptionalLong size = headers.firstValueAsLong("x-linked-size");
    Optional<String> etag = linked.isPresent() ? linked : headers.firstValue("etag");
    if (size.isEmpty()) {
      size = headers.firstValueAsLong("content-length");
    }
    if (etag.isEmpty() || size.isEmpty()) {
      throw new HubFailure(
          "%s of %s: the hub gives neither size nor checksum".formatted(file, repository));
    }
    String sum = etag.get().replace("W/", "").replace("\"", "");
    return new RemoteFile(size.getAsLong(), sum, sum.length() == 64);
  }

  /** Appends what is missing. */
  private void fetch(String path, String repository, String file, Path partial, RemoteFile facts)
      throws IOException {
    long there = size(partial);
    if (there > facts.size()) {
      Files.delete(partial);
      there = 0;
    }
    if (there == facts.size() && Files.exists(partial)) {
      return;
    }
    HttpResponse<InputStream> answer = requests.get(path, there);
    boolean resumed = answer.statusCode() == 206;
    if (!resumed && answer.statusCode() != 200) {
      answer.body().close();
      throw refused(answer, repository, file);
    }
    StandardOpenOption how =
        resumed ? StandardOpenOption.APPEND : StandardOpenOption.TRUNCATE_EXISTING;
    try (InputStream in = answer.body();
        OutputStream out =
            Files.newOutputStream(
                partial, StandardOpenOption.CREATE, StandardOpenOption.WRITE, how)) {
      long left = facts.size() - (resumed ? there : 0);
      byte[] buffer = new byte[1 << 16];
      while (left > 0) {
        int read = in.read(buffer, 0, (int) Math.min(buffer.length, left));
        if (read < 0) {
          throw new IOException("the connection ended " + left + " bytes too early");
        }
        out.write(buffer, 0, read);
        left -= read;
      }
    }
  }
}
