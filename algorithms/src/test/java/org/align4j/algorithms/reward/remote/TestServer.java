package org.align4j.algorithms.reward.remote;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.IntFunction;

/** A server on this machine that answers as it is told and remembers what it was asked. */
final class TestServer implements AutoCloseable {

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final List<JsonNode> bodies = new CopyOnWriteArrayList<>();
  private final List<String> tokens = new CopyOnWriteArrayList<>();

  /**
   * What the server does with one request.
   *
   * @param retryAfter header; empty for none
   * @param before runs before the answer, such as a wait
   */
  record Answer(int status, String body, String retryAfter, Runnable before) {

    static Answer ok(String body) {
      return new Answer(200, body, "", () -> {});
    }

    static Answer status(int status) {
      return new Answer(status, "{\"detail\": \"status " + status + "\"}", "", () -> {});
    }

    Answer after(Runnable wait) {
      return new Answer(status, body, retryAfter, wait);
    }

    Answer withRetryAfter(String value) {
      return new Answer(status, body, value, before);
    }
  }

  /** A server that gives the answer of each request's number, from 1. */
  TestServer(IntFunction<Answer> answers) {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(threads);
    server.createContext("/", exchange -> serve(exchange, answers));
    server.start();
  }

  private void serve(HttpExchange exchange, IntFunction<Answer> answers) throws IOException {
    try (exchange) {
      int number;
      synchronized (bodies) {
        bodies.add(new ObjectMapper().readTree(exchange.getRequestBody().readAllBytes()));
        tokens.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
        number = bodies.size();
      }
      Answer answer = answers.apply(number);
      answer.before().run();
      if (!answer.retryAfter().isEmpty()) {
        exchange.getResponseHeaders().add("Retry-After", answer.retryAfter());
      }
      byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(answer.status(), body.length == 0 ? -1 : body.length);
      exchange.getResponseBody().write(body);
    }
  }

  String url(String path) {
    return "http://127.0.0.1:" + server.getAddress().getPort() + path;
  }

  /** Bodies of the requests so far. */
  List<JsonNode> bodies() {
    return bodies;
  }

  /** Their Authorization headers; null as text for none. */
  List<String> tokens() {
    return tokens;
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
