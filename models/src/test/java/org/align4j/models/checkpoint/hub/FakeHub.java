package org.align4j.models.checkpoint.hub;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.hash.Hashing;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.align4j.core.file.JsonFiles;

/**
 * A local server that behaves like the hub: the API, {@code resolve} with git's checksums, weights
 * redirected to another address with their SHA-256, ranges.
 */
public final class FakeHub implements AutoCloseable {

  static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

  final Map<String, byte[]> files = new LinkedHashMap<>();
  final List<String> ranges = Collections.synchronizedList(new ArrayList<>());
  final List<String> tokens = Collections.synchronizedList(new ArrayList<>());
  volatile int cutAfter = Integer.MAX_VALUE;
  final AtomicInteger cuts = new AtomicInteger();
  volatile boolean lying;

  /** Answers before the hub does, where it returns true. */
  volatile Answer first = exchange -> false;

  private final HttpServer hub;
  private final HttpServer storage;

  /** An answer that is not the hub's usual one. */
  interface Answer {
    boolean to(HttpExchange exchange) throws IOException;
  }

  public FakeHub() throws IOException {
    hub = server();
    storage = server();
    hub.createContext("/", exchange -> answer(exchange));
    storage.createContext("/blob", this::blob);
    hub.start();
    storage.start();
  }

  private static HttpServer server() throws IOException {
    return HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
  }

  public URI address() {
    return URI.create("http://localhost:" + hub.getAddress().getPort());
  }

  private void answer(HttpExchange exchange) throws IOException {
    note(exchange);
    String path = exchange.getRequestURI().getPath();
    if (first.to(exchange)) {
      exchange.close();
    } else if (path.equals("/api/models/owner/model/revision/main")) {
      describe(exchange);
    } else if (path.startsWith("/owner/model/resolve/" + COMMIT)) {
      resolve(exchange);
    } else {
      exchange.sendResponseHeaders(404, -1);
      exchange.close();
    }
  }

  /** Answers with a status and headers alone. */
  static boolean say(HttpExchange exchange, int status, String... headers) throws IOException {
    for (int i = 0; i < headers.length; i += 2) {
      exchange.getResponseHeaders().set(headers[i], headers[i + 1]);
    }
    exchange.sendResponseHeaders(status, -1);
    return true;
  }

  URI storage() {
    return URI.create("http://localhost:" + storage.getAddress().getPort());
  }

  private void describe(HttpExchange exchange) throws IOException {
    ObjectNode json = JsonFiles.mapper().createObjectNode().put("sha", COMMIT);
    var siblings = json.putArray("siblings");
    files.keySet().forEach(name -> siblings.addObject().put("rfilename", name));
    byte[] body = json.toString().getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(200, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  @SuppressWarnings("deprecation") // git's checksum
  private void resolve(HttpExchange exchange) throws IOException {
    String name = name(exchange);
    byte[] content = files.get(name);
    if (content == null) {
      exchange.sendResponseHeaders(404, -1);
    } else if (name.endsWith(".safetensors")) {
      String sum = Hashing.sha256().hashBytes(content).toString();
      exchange.getResponseHeaders().set("X-Linked-Size", String.valueOf(content.length));
      exchange
          .getResponseHeaders()
          .set("X-Linked-Etag", "\"" + (lying ? sum.replace('a', 'b') : sum) + "\"");
      exchange
          .getResponseHeaders()
          .set("Location", "http://localhost:" + storage.getAddress().getPort() + "/blob/" + name);
      exchange.sendResponseHeaders(302, -1);
    } else {
      byte[] head = ("blob " + content.length + "\0").getBytes(StandardCharsets.US_ASCII);
      String sum = Hashing.sha1().newHasher().putBytes(head).putBytes(content).hash().toString();
      exchange.getResponseHeaders().set("ETag", "\"" + sum + "\"");
      if (exchange.getRequestMethod().equals("HEAD")) {
        exchange.getResponseHeaders().set("Content-Length", String.valueOf(content.length));
        exchange.sendResponseHeaders(200, -1);
      } else {
        exchange.sendResponseHeaders(200, content.length == 0 ? -1 : content.length);
        exchange.getResponseBody().write(content);
      }
    }
    exchange.close();
  }

  private void blob(HttpExchange exchange) throws IOException {
    note(exchange);
    byte[] content = files.getOrDefault(name(exchange), new byte[0]);
    String range =
        Optional.ofNullable(exchange.getRequestHeaders().getFirst("Range")).orElse("bytes=0-");
    ranges.add(range);
    int from = Integer.parseInt(range.substring("bytes=".length(), range.length() - 1));
    exchange.sendResponseHeaders(from > 0 ? 206 : 200, content.length - from);
    int count = Math.min(content.length - from, cutAfter);
    exchange.getResponseBody().write(content, from, count);
    if (count < content.length - from) {
      cuts.incrementAndGet();
      exchange.getResponseBody().flush();
    }
    exchange.close();
  }

  private void note(HttpExchange exchange) {
    Optional.ofNullable(exchange.getRequestHeaders().getFirst("Authorization"))
        .ifPresent(token -> tokens.add(exchange.getRequestURI().getPath() + " " + token));
  }

  private static String name(HttpExchange exchange) {
    String path = exchange.getRequestURI().getPath();
    return path.substring(path.lastIndexOf('/') + 1);
  }

  @Override
  public void close() {
    hub.stop(0);
    storage.stop(0);
  }
}
