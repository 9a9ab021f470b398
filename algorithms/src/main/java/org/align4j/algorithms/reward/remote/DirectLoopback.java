package org.align4j.algorithms.reward.remote;

import java.io.IOException;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.List;

/** The proxies of the JVM's settings, and none for a server on this machine. */
final class DirectLoopback extends ProxySelector {

  @Override
  public List<Proxy> select(URI uri) {
    ProxySelector usual = ProxySelector.getDefault();
    return usual == null || isLoopback(uri.getHost()) ? List.of(Proxy.NO_PROXY) : usual.select(uri);
  }

  static boolean isLoopback(String host) {
    return host.equalsIgnoreCase("localhost")
        || host.matches("127(\\.\\d{1,3}){3}")
        || host.equals("[::1]");
  }

  @Override
  public void connectFailed(URI uri, SocketAddress address, IOException failure) {
    ProxySelector usual = ProxySelector.getDefault();
    if (usual != null) {
      usual.connectFailed(uri, address, failure);
    }
  }
}
