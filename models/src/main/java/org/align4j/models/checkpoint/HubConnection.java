package org.align4j.models.checkpoint;

import com.google.common.hash.HashFunction;
import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
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

/** Requests to a hub: redirects without the token, resumed and checked downloads. */
final class HubConnection {

  private static final Logger LOG = LoggerFactory.getLogger(HubConnection.class);
  private static final int ATTEMPTS = 5;
  private static final int MOST_REDIRECTS = 5;

  /** What the hub says of a file before giving it out. */
  private record Facts(long size, String etag, boolean large) {

    /** Large files are named by their SHA-256, the others by git's SHA-1 of size and content. */
    boolean matches(Path file) throws IOException {
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

  private final URI endpoint;
  private final Optional<String> token;
  private final HttpClient client =
      HttpClient.newBuilder()
          .followRedirects(HttpClient.Redirect.NEVER)
          .connectTimeout(Duration.ofSeconds(20))
          .build();

  HubConnection(URI endpoint, Optional<String> token) {
    this.endpoint = URI.create(endpoint.toString().replaceAll("/+$", "") + "/");
    this.token = token;
  }

  HttpResponse<byte[]> get(String path) throws IOException {
    return send(request(endpoint.resolve(path)).GET(), HttpResponse.BodyHandlers.ofByteArray());
  }

  /** Downloads to a file; one that is there and right is left as it is. */
  void download(String path, Path target) throws IOException {
    Facts facts = facts(path, target);
    if (Files.exists(target) && Files.size(target) == facts.size() && facts.matches(target)) {
      return;
    }
    Path partial = target.resolveSibling(target.getFileName() + ".partial");
    for (int attempt = 1; ; attempt++) {
      try {
        fetch(path, partial, facts);
        break;
      } catch (IOException e) {
        if (attempt == ATTEMPTS) {
          throw e;
        }
        LOG.info("{}: {}; trying again", path, e.getMessage());
      }
    }
    if (!facts.matches(partial)) {
      Files.delete(partial);
      throw new BadFileException(
          target, "came with another checksum than the hub's (%s): fetch it again", facts.etag());
    }
    Files.move(partial, target);
  }

  private Facts facts(String path, Path target) throws IOException {
    URI uri = endpoint.resolve(path);
    HttpResponse<Void> answer =
        send(
            request(uri).method("HEAD", HttpRequest.BodyPublishers.noBody()),
            HttpResponse.BodyHandlers.discarding());
    if (answer.statusCode() >= 400) {
      throw new IOException(target.getFileName() + ": the hub answered " + answer.statusCode());
    }
    HttpHeaders headers = answer.headers();
    Optional<String> linked = headers.firstValue("x-linked-etag");
    OptionalLong size = headers.firstValueAsLong("x-linked-size");
    Optional<String> etag = linked.isPresent() ? linked : headers.firstValue("etag");
    if (size.isEmpty()) {
      size = headers.firstValueAsLong("content-length");
    }
    if (etag.isEmpty() || size.isEmpty()) {
      throw new IOException(target.getFileName() + ": the hub gives neither size nor checksum");
    }
    String sum = etag.get().replace("W/", "").replace("\"", "");
    return new Facts(size.getAsLong(), sum, sum.length() == 64);
  }

  /** Appends what is missing. */
  private void fetch(String path, Path partial, Facts facts) throws IOException {
    long there = Files.exists(partial) ? Files.size(partial) : 0;
    if (there > facts.size()) {
      Files.delete(partial);
      there = 0;
    }
    if (there == facts.size() && Files.exists(partial)) {
      return;
    }
    HttpResponse<InputStream> answer = open(path, there);
    boolean resumed = answer.statusCode() == 206;
    if (!resumed && answer.statusCode() != 200) {
      answer.body().close();
      throw new IOException("the hub answered " + answer.statusCode());
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

  private HttpResponse<InputStream> open(String path, long from) throws IOException {
    URI uri = endpoint.resolve(path);
    for (int redirect = 0; redirect <= MOST_REDIRECTS; redirect++) {
      HttpRequest.Builder request = request(uri).GET();
      if (from > 0) {
        request.header("Range", "bytes=" + from + "-");
      }
      HttpResponse<InputStream> answer = send(request, HttpResponse.BodyHandlers.ofInputStream());
      Optional<String> location = answer.headers().firstValue("location");
      if (answer.statusCode() / 100 != 3 || location.isEmpty()) {
        return answer;
      }
      answer.body().close();
      uri = uri.resolve(location.get());
    }
    throw new IOException("too many redirects");
  }

  /** The token goes to the hub alone, not to where it redirects. */
  private HttpRequest.Builder request(URI uri) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(60)).header("User-Agent", "align4j");
    if (endpoint.getAuthority().equals(uri.getAuthority())) {
      token.ifPresent(value -> request.header("Authorization", "Bearer " + value));
    }
    return request;
  }

  private <T> HttpResponse<T> send(HttpRequest.Builder request, HttpResponse.BodyHandler<T> handler)
      throws IOException {
    try {
      return client.send(request.build(), handler);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}
