package org.align4j.spark.link;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ranks that connect to this one. Whoever does not know the secret, says nothing or is nobody that
 * is waited for is dropped, and holds nobody up: each is heard in a thread of its own.
 */
final class Callers implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Callers.class);

  private final ServerSocket server;
  private final Collection<Integer> expected;
  private final Link link;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Map<Integer, Sockets.Connection> here = new HashMap<>();
  private boolean closed;

  /** Hears from now on; the server is the caller's to close, which ends the hearing. */
  Callers(ServerSocket server, Collection<Integer> expected, Link link) {
    this.server = server;
    this.expected = expected;
    this.link = link;
    Thread.ofVirtual().name("align4j-mesh-accept").start(this::acceptAll);
  }

  private void acceptAll() {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        Thread.ofVirtual().name("align4j-mesh-hear").start(() -> hear(socket));
      } catch (SocketTimeoutException e) {
        // Nobody came for a while.
      } catch (IOException e) {
        LOG.debug("no more ranks are heard", e);
        return;
      }
    }
  }

  private void hear(Socket socket) {
    try {
      Sockets.Connection connection = Sockets.accepted(socket, link);
      int rank;
      try {
        rank = connection.in().readInt();
      } catch (IOException e) {
        connection.close();
        throw e;
      }
      if (!take(rank, connection)) {
        connection.close();
        LOG.warn("{} says it is rank {}, which nobody waits for", socket, rank);
      }
    } catch (IOException e) {
      LOG.warn("somebody who connected was dropped: {}", e.toString());
    }
  }

  private boolean take(int rank, Sockets.Connection connection) {
    lock.lock();
    try {
      if (closed || !expected.contains(rank) || here.containsKey(rank)) {
        return false;
      }
      here.put(rank, connection);
      changed.signalAll();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /**
   * All that are expected.
   *
   * @throws SocketTimeoutException naming who did not come within the link's time limit
   */
  Map<Integer, Sockets.Connection> all() throws IOException, InterruptedException {
    long left = TimeUnit.SECONDS.toNanos(link.timeoutSeconds());
    lock.lock();
    try {
      while (here.size() < expected.size()) {
        if (left <= 0) {
          throw new SocketTimeoutException(
              "ranks %s of %s came within %s s"
                  .formatted(here.keySet(), expected, link.timeoutSeconds()));
        }
        left = changed.awaitNanos(left);
      }
      return new HashMap<>(here);
    } finally {
      lock.unlock();
    }
  }

  /** Takes nobody any more, and closes the connections that came. */
  @Override
  public void close() throws IOException {
    lock.lock();
    try {
      closed = true;
      for (Sockets.Connection connection : here.values()) {
        connection.close();
      }
    } finally {
      lock.unlock();
    }
  }
}
